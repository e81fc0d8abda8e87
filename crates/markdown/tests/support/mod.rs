//! Texts, good and bad, and what must hold for whatever is made of them.
#![allow(
    dead_code,
    clippy::allow_attributes,
    reason = "each test binary uses its part"
)]

use std::collections::HashSet;

use scraper::{Html, Node};

pub const DOCUMENTS: &[&str] = &[
    include_str!("../documents/answer.md"),
    include_str!("../documents/constructs.md"),
    include_str!("../documents/formulas.md"),
];

pub const ATTACKS: &[&str] = &[
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<svg/onload=alert(1)><svg><style><img src=x onerror=alert(1)></style></svg>",
    "<math><mtext><table><mglyph><style><!--</style><img title=\"--&gt;&lt;img src=1 onerror=alert(1)&gt;\">",
    "<form><math><mtext></form><form><mglyph><svg><mtext><style><path id=\"</style><img onerror=alert(1) src>\">",
    "<details open ontoggle=alert(1)>\n\n<iframe srcdoc='<script>alert(1)</script>'>",
    "<a href=\"javascript:alert(1)\" id=x name=y>x</a>",
    "[a](javascript:alert(1)) [b](JaVaScRiPt:alert(1)) [c](java\tscript:alert(1)) [d](&#106;avascript:alert(1))",
    "[a](&#x6A&#x61&#x76&#x61&#x73&#x63&#x72&#x69&#x70&#x74&#x3A&#x61) [b](javascript&colon;alert(1)) [c](\u{1}javascript:alert(1))",
    "[a](<javascript:alert(1)>) [b]( javascript:alert(1)) [c](java\\\nscript:x) [d](%6aavascript:alert(1))",
    "[a](data:text/html;base64,PHNjcmlwdD4=) [b](vbscript:msgbox(1)) [c](file:///etc/passwd) [d](//evil.example) [e](blob:x)",
    "[a](https://a.example/\"onmouseover=alert(1)) [b](https://a.example/'><script>alert(1)</script>)",
    "[a](https://a.example \"t\\\" onclick=alert(1)\") ![i](https://a.example/x.png\"onerror=alert(1)) ![j](javascript:alert(1))",
    "<javascript:alert(1)> <data:text/html,x> <https://a.example/\"onclick=alert(1)> <a@b.example>",
    "[![a](https://a.example/i.png)](javascript:alert(1)) ![[b](javascript:alert(2))](https://b.example) [a[b](https://c.d)](https://e.f)",
    "[x]\n\n[x]: javascript:alert(1)\n[y]: <data:text/html,x>\n\n[y] ![x]",
    "```\"><script>alert(1)</script>\n</code></pre><script>alert(1)</script>\n```",
    "~~~ rust\" onclick=\"alert(1)\n<!-- --><img src=x onerror=alert(1)>\n~~~",
    "- a\n  ```html\n  <script>alert(1)</script>\n  ```",
    "a[^\"><script>] b[^1]\n\n[^\"><script>]: x\n\n[^1]: <img src=x onerror=alert(1)>",
    "$\\href{javascript:alert(1)}{x}$ $\\url{javascript:alert(1)}$ $\\htmlData{a=b}{x}$ $\\htmlId{x}{y}$ $\\style{color:red}{x}$ $\\class{a}{x}$",
    "$\\text{<img src=x onerror=alert(1)>}$ $$\\text{</mtext></math><script>alert(1)</script>}$$ \\(\\unicode{60}\\) $\\color{\"onload=alert(1)}x$",
    "$\\textcolor{red}{x}$ $\\includegraphics{https://a.example/x.png}$ $<script>alert(1)</script>$ $\\text{$<b>$}$",
    "| <script>alert(1)</script> | [a](javascript:alert(1)) |\n|---|---|\n| <img src=x onerror=alert(1)> | `<b>` |",
    "# <a id=\"x\">x</a> {#id .class onclick=alert(1)}",
    "&lt;script&gt;alert(1)&lt;/script&gt; &#60;img src=x onerror=alert(1)&#62; &#xFDD0;0&#xFDD1; $x$",
    "<![CDATA[<script>alert(1)</script>]]> <?php echo 1 ?> <!DOCTYPE html> <!-- <script> -->",
    "<title><noscript><p title=\"</noscript><img src=x onerror=alert(1)>\">",
    "- [x] <input autofocus onfocus=alert(1)>\n- [ ] [a](javascript:alert(1))",
    "<base href=//evil.example><link rel=stylesheet href=//evil.example><meta http-equiv=refresh content=0>",
];

const ELEMENTS: &[&str] = &[
    "html",
    "body",
    "a",
    "aside",
    "blockquote",
    "br",
    "button",
    "code",
    "del",
    "details",
    "div",
    "em",
    "figcaption",
    "figure",
    "h3",
    "h4",
    "h5",
    "h6",
    "hr",
    "input",
    "label",
    "li",
    "ol",
    "p",
    "pre",
    "span",
    "strong",
    "summary",
    "sup",
    "table",
    "tbody",
    "td",
    "th",
    "thead",
    "tr",
    "ul",
    "math",
    "mi",
    "mn",
    "mo",
    "ms",
    "mtext",
    "mspace",
    "mrow",
    "mfrac",
    "msqrt",
    "mroot",
    "mstyle",
    "merror",
    "mpadded",
    "mphantom",
    "msub",
    "msup",
    "msubsup",
    "munder",
    "mover",
    "munderover",
    "mmultiscripts",
    "mprescripts",
    "mtable",
    "mtr",
    "mtd",
    "menclose",
];

const ATTRIBUTES: &[&str] = &[
    "href",
    "title",
    "rel",
    "target",
    "id",
    "class",
    "role",
    "aria-label",
    "data-count",
    "type",
    "data-action",
    "data-language",
    "data-level",
    "tabindex",
    "start",
    "disabled",
    "checked",
    "display",
    "displaystyle",
    "scriptlevel",
    "stretchy",
    "mathvariant",
    "accent",
    "accentunder",
    "lspace",
    "rspace",
    "width",
    "height",
    "depth",
    "voffset",
    "minsize",
    "maxsize",
    "linethickness",
    "fence",
    "separator",
    "symmetric",
    "largeop",
    "movablelimits",
    "columnalign",
    "columnspan",
    "rowspan",
    "rowspacing",
];

/// Parses `html` as a browser would and fails on anything that is not known to be harmless.
pub fn assert_safe(html: &str, source: &str) {
    let elements: HashSet<&str> = ELEMENTS.iter().copied().collect();
    for node in Html::parse_fragment(html).tree.nodes() {
        match node.value() {
            Node::Element(element) => {
                assert!(
                    elements.contains(element.name()),
                    "<{}> from {source:?} in {html}",
                    element.name()
                );
                for (name, value) in element.attrs() {
                    assert!(
                        ATTRIBUTES.contains(&name),
                        "{name} from {source:?} in {html}"
                    );
                    assert!(
                        name != "id" || value.starts_with("m1-fn"),
                        "id {value} from {source:?}"
                    );
                    if name == "href" {
                        let value = value.to_lowercase();
                        let good = ["http://", "https://", "mailto:", "#m1-fn"]
                            .iter()
                            .any(|start| value.starts_with(start));
                        assert!(good, "{value} from {source:?} in {html}");
                        assert!(
                            value.starts_with('#')
                                || element.attr("rel") == Some("noopener noreferrer nofollow"),
                            "{html}"
                        );
                    }
                }
            }
            Node::Comment(_) | Node::ProcessingInstruction(_) | Node::Doctype(_) => {
                panic!("{source:?} gives {html}")
            }
            Node::Document | Node::Fragment | Node::Text(_) => {}
        }
    }
}
