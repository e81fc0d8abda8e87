//! What is drawn, and that nothing of a hostile source gets through.

use model::FailureCode;
use quick_xml::{Reader, events::Event};
use uuid::Uuid;

use super::{clean::clean, draw::draw, *};

/// The drawing of what has to be drawn.
fn drawn(source: &str) -> String {
    match draw(source) {
        Drawing::Drawn(svg) => svg,
        other => panic!("{other:?} of {source:?}"),
    }
}

/// Fails on anything that could run, load or lead somewhere.
fn assert_harmless(svg: &str, source: &str) {
    let mut reader = Reader::from_str(svg);
    loop {
        match reader.read_event() {
            Ok(Event::Start(start) | Event::Empty(start)) => {
                let name = start.name();
                let name = String::from_utf8_lossy(name.into_inner()).into_owned();
                for foreign in [
                    "a",
                    "script",
                    "foreignObject",
                    "image",
                    "use",
                    "style",
                    "iframe",
                    "animate",
                ] {
                    assert_ne!(name, foreign, "from {source:?} in {svg}");
                }
                for attribute in start.attributes() {
                    let attribute = attribute.unwrap_or_else(|error| panic!("{error} in {svg}"));
                    let key = String::from_utf8_lossy(attribute.key.into_inner()).into_owned();
                    let value = String::from_utf8_lossy(&attribute.value).into_owned();
                    assert!(!key.starts_with("on"), "{key} from {source:?} in {svg}");
                    assert!(
                        !key.contains("href") && key != "style" && key != "class",
                        "{key} from {source:?} in {svg}"
                    );
                    let leads = value.contains("javascript") || value.contains("//");
                    assert!(
                        !leads || key == "xmlns",
                        "{key}={value} from {source:?} in {svg}"
                    );
                    assert!(
                        !value.contains("url(") || value.starts_with("url(#"),
                        "{key}={value} from {source:?} in {svg}"
                    );
                }
            }
            Ok(Event::Eof) => return,
            Ok(_) => {}
            Err(error) => panic!("{error} in {svg}"),
        }
    }
}

#[test]
fn diagrams_of_the_usual_kinds_are_drawn_with_their_words() {
    for (source, words) in [
        (
            "flowchart TD\n  A[开始：收到订单] --> B{库存充足？}\n  B -->|是| C[Ship it]\n  subgraph 仓库\n  C --> D[(数据)]\n  end",
            ["开始：收到订单", "Ship it"],
        ),
        (
            "sequenceDiagram\n  participant 用户\n  用户->>+S: 登录\n  S-->>-用户: Welcome & enter",
            ["登录", "Welcome &amp; enter"],
        ),
        (
            "classDiagram\n  class Animal {\n    +String name\n    +eat() void\n  }\n  Animal <|-- 鱼",
            ["Animal", "鱼"],
        ),
        (
            "stateDiagram-v2\n  [*] --> 空闲\n  空闲 --> Running : 开始",
            ["空闲", "Running"],
        ),
        (
            "gantt\n  title 计划\n  dateFormat YYYY-MM-DD\n  section Design\n  需求 :a1, 2024-01-01, 10d\n  Draft :after a1, 5d",
            ["计划", "Draft"],
        ),
        (
            "pie title 宠物\n  \"狗\" : 386\n  \"Cats\" : 85",
            ["狗", "Cats"],
        ),
        (
            "mindmap\n  root((人工智能))\n    Learning\n      监督",
            ["人工智能", "Learning"],
        ),
        (
            "erDiagram\n  CUSTOMER ||--o{ ORDER : places\n  CUSTOMER {\n    string 姓名\n  }",
            ["CUSTOMER", "places"],
        ),
    ] {
        let svg = drawn(source);
        assert!(
            svg.starts_with("<svg xmlns=\"http://www.w3.org/2000/svg\" width=\""),
            "{svg}"
        );
        for word in words {
            assert!(svg.contains(word), "{word} is not in {svg}");
        }
        assert_harmless(&svg, source);
    }
}

/// The boxes of Chinese words are as wide as the words.
#[test]
fn chinese_words_have_room() {
    let width = |label: &str| {
        let svg = drawn(&format!("flowchart TD\n  A[{label}]"));
        let from = svg.split("width=\"").nth(1).unwrap_or_default();
        let width = from.split('"').next().unwrap_or_default();
        width.parse::<f64>().unwrap_or_default()
    };
    let (short, long) = (width("春"), width("春眠不觉晓处处闻啼鸟夜来风雨声"));
    assert!(long - short > 14.0 * 11.0, "{short} and {long}");
}

#[test]
fn a_drawing_lies_on_the_ground_that_its_colours_are_meant_for() {
    let light = drawn("flowchart TD\n  A --> B");
    assert!(light.contains("fill=\"#fff\"></rect>"), "{light}");
    let dark = drawn("%%{init: {\"theme\": \"dark\"}}%%\nflowchart TD\n  A --> B");
    let ground = dark.split("></rect>").next().unwrap_or_default();
    assert!(!ground.contains("#fff\""), "{dark}");
}

#[test]
fn what_is_wrong_with_a_source_is_told() {
    let cases = [
        ("flowchart TD\n  A[unclosed --> B", "line 2"),
        ("flowchrt TD\n  A --> B", "flowchrt"),
        ("", "empty"),
    ];
    for (source, expected) in cases {
        let Drawing::Misunderstood(message) = draw(source) else {
            panic!("{source:?} was drawn");
        };
        assert!(message.contains(expected), "{message}");
    }
    let long = format!("{}\u{202e}", "x".repeat(5_000));
    let Drawing::Misunderstood(message) = draw(&long) else {
        panic!("it was drawn");
    };
    assert!(
        message.chars().count() <= 241 && message.ends_with('…'),
        "{message}"
    );
}

/// IO-10, IO-11.
#[test]
fn nothing_of_a_hostile_source_runs_loads_or_leads_anywhere() {
    let attacks = [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "<a href='javascript:alert(1)'>x</a>",
        "<a href=\\\"https://evil.example\\\">x</a>",
        "<iframe src=https://evil.example></iframe><b>bold</b>",
        "#lt;script#gt;alert(1)#lt;/script#gt;",
        "</text></svg><svg onload=alert(1)>",
        "&lt;foreignObject&gt;&#60;script&#62;",
        "<span style='color:red\" onload=\"alert(1)'>x</span>",
        "<span style='color:url(https://evil.example/a.svg#b)'>x</span>",
        "]]><!--",
    ];
    for attack in attacks {
        for source in [
            format!("flowchart TD\n  A[\"{attack}\"] -->|\"{attack}\"| B(\"{attack}\")"),
            format!(
                "sequenceDiagram\n  participant A as {attack}\n  A->>B: {attack}\n  Note over A: {attack}"
            ),
            format!("classDiagram\n  class A[\"{attack}\"]\n  A : {attack}"),
            format!("stateDiagram-v2\n  state \"{attack}\" as s\n  s --> t : {attack}"),
            format!("pie title {attack}\n  \"{attack}\" : 1"),
            format!(
                "gantt\n  title {attack}\n  dateFormat YYYY-MM-DD\n  {attack} :a, 2024-01-01, 3d"
            ),
            format!("mindmap\n  root((\"{attack}\"))\n    {attack}"),
            format!("flowchart TD\n  A --> B\n  style A fill:{attack},stroke:{attack}"),
            format!("flowchart TD\n  A --> B\n  classDef x fill:\"{attack}\n  class A x"),
            format!(
                "---\ntitle: {attack}\nconfig:\n  theme: \"{attack}\"\n  fontFamily: '{attack}'\n---\nflowchart TD\n  A --> B"
            ),
        ] {
            if let Drawing::Drawn(svg) = draw(&source) {
                assert_harmless(&svg, &source);
            }
        }
    }
    for source in [
        "flowchart TD\n  A --> B\n  click A href \"javascript:alert(1)\" \"tip\"\n  click B call alert(\"x\")",
        "flowchart TD\n  A --> B\n  click A \"https://evil.example\" _blank\n  style A fill:url(https://evil.example/x.svg#a)",
        "flowchart TD\n  A@{ img: \"https://evil.example/x.png\", label: \"i\" }\n  A --> B\n  e1@{ animate: true }",
        "flowchart TD\n  A --> B\n  style A fill:\\75rl(https://evil.example),stroke:red\" onload=\"alert(1)",
        "%%{init: {\"securityLevel\": \"loose\", \"themeCSS\": \"</style><script>alert(1)</script>\", \"fontFamily\": \"x' onload='alert(1)\"}}%%\nflowchart TD\n  A --> B",
        "%%{init: {\"themeVariables\": {\"primaryColor\": \"url(//evil.example)\", \"lineColor\": \"red' onclick='alert(1)\"}}}%%\nflowchart TD\n  A --> B",
        "gantt\n  dateFormat YYYY-MM-DD\n  A :a, 2024-01-01, 3d\n  click a href \"javascript:alert(1)\"\n  todayMarker stroke:url(//evil.example)\" onload=\"alert(1)",
        "---\nconfig:\n  kanban:\n    ticketBaseUrl: 'javascript:alert(1)//#TICKET#'\n---\nkanban\n  a[A]\n    b[B]@{ ticket: X-1 }",
        "classDiagram\n  class A\n  link A \"javascript:alert(1)\"\n  callback A \"alert\"",
    ] {
        if let Drawing::Drawn(svg) = draw(source) {
            assert_harmless(&svg, source);
        }
    }
    let linked = drawn("flowchart TD\n  A[here] --> B\n  click A href \"https://a.example\"");
    assert!(
        linked.contains("here"),
        "the words of a link stay: {linked}"
    );
}

#[test]
fn only_a_whole_drawing_is_one() {
    let around = |inner: &str| format!("<svg viewBox=\"0 0 9 9\">{inner}</svg>");
    let cleaned = |inner: &str| clean(&around(inner), "#fff");
    assert_eq!(
        cleaned(
            "<a href=\"x\"><text y=\"1\" onclick=\"x\">a&lt;b&#1;</text></a><b><text>c</text></b>"
        )
        .as_deref(),
        Some(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"9\" height=\"9\" viewBox=\"0 0 9 9\">\
             <rect x=\"0\" y=\"0\" width=\"9\" height=\"9\" fill=\"#fff\"></rect><text y=\"1\">a&lt;b</text></svg>"
        )
    );
    // What would ask for something is not drawn, and no black ground takes its place.
    assert!(
        cleaned("<g fill=\"url(//evil.example)\" stroke=\"\"></g>")
            .is_some_and(|svg| svg.contains("<g fill=\"none\"></g>"))
    );
    for none in [
        String::new(),
        "<g></g>".to_owned(),
        "<svg></svg>".to_owned(),
        "<svg viewBox=\"0 0 9 1e9\"></svg>".to_owned(),
        "<svg viewBox=\"0 0 9 NaN\"></svg>".to_owned(),
        "<svg viewBox=\"0 0 9 9\"><g></svg>".to_owned(),
        "<svg viewBox=\"0 0 9 9\"><g>".to_owned(),
        "<!DOCTYPE svg><svg viewBox=\"0 0 9 9\"></svg>".to_owned(),
        around("") + &around(""),
    ] {
        assert_eq!(clean(&none, "#fff"), None, "{none}");
    }
}

#[test]
fn what_nests_deeply_ends() {
    let deep = |open: &str, inner: &str, close: &str, times: usize| {
        [
            open.repeat(times).as_str(),
            inner,
            close.repeat(times).as_str(),
        ]
        .concat()
    };
    let nested = deep("subgraph s\n", "A-->B\n", "end\n", 800);
    let sources = [
        format!("flowchart TD\n{nested}"),
        format!(
            "sequenceDiagram\n{}",
            deep("loop x\n", "A->>B: x\n", "end\n", 800)
        ),
        format!("flowchart TD\nA{}", deep("[", "x", "]", 8_000)),
        format!("flowchart TD\nA {}> B", "-".repeat(20_000)),
    ];
    for source in sources {
        let thread = std::thread::Builder::new().stack_size(32 * 1024 * 1024);
        let copy = source.clone();
        let ended = thread.spawn(move || draw(&copy));
        let ended = ended.map(std::thread::JoinHandle::join);
        if let Ok(Ok(Drawing::Drawn(svg))) = ended {
            assert_harmless(&svg, &source[..40]);
        }
    }
}

#[tokio::test]
async fn a_diagram_is_drawn_once_and_a_fault_of_the_program_is_told() -> Result<(), Error> {
    let somebody = UserId::from_uuid(Uuid::from_u128(1));
    let source = |text: &str| DiagramSource::parse(text.to_owned()).unwrap();
    let diagrams = Diagrams::new(DocumentReader::Here, Memory::of_this_process());
    let pie = source("pie\n  \"a\" : 1");
    let (first, second) = tokio::join!(
        diagrams.draw_for(somebody, &pie),
        diagrams.draw_for(somebody, &pie)
    );
    assert_eq!(first?, second?);
    diagrams.0.drawn.run_pending_tasks().await;
    assert_eq!(diagrams.0.drawn.entry_count(), 1);
    let nowhere = Diagrams::new(
        DocumentReader::Process("/nowhere/at/all".into()),
        Memory::of_this_process(),
    );
    let failed = nowhere.draw_for(somebody, &pie).await;
    let code = failed.err().map(|error| error.code());
    assert_eq!(code, Some(FailureCode::FilesUnavailable));
    Ok(())
}
