//! The allow-list: what may be in the page, applied to everything after conversion.

use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;

use ammonia::Builder;

use crate::escape;

/// Removes everything from `html` that is not on the allow-list.
pub(crate) fn clean(html: &str) -> String {
    escape::seal(&ALLOWED.clean(html).to_string())
}

// The list is immutable and costs more to build than a block to clean.
static ALLOWED: LazyLock<Builder<'static>> = LazyLock::new(|| {
    let mut builder = Builder::empty();
    builder
        .tags(TAGS.iter().chain(MATHML).copied().collect())
        .clean_content_tags(HashSet::from(["script", "style"]))
        .generic_attributes(HashSet::new())
        .tag_attributes(attributes())
        .tag_attribute_values(HashMap::from([(
            "input",
            HashMap::from([
                ("type", HashSet::from(["checkbox"])),
                ("disabled", HashSet::from([""])),
                ("checked", HashSet::from([""])),
            ]),
        )]))
        .allowed_classes(
            CLASSES
                .iter()
                .map(|&(tag, classes)| (tag, classes.iter().copied().collect()))
                .collect(),
        )
        .url_schemes(HashSet::from(["http", "https", "mailto"]))
        .url_relative(ammonia::UrlRelative::Custom(Box::new(own_fragment)))
        .link_rel(None)
        .strip_comments(true);
    builder
});

/// Of relative addresses only the footnotes' anchors stay; [`crate::block`] makes them and nobody else can.
fn own_fragment(address: &str) -> Option<std::borrow::Cow<'_, str>> {
    let own = address.starts_with('#') && (address.contains("-fn-") || address.contains("-fnref-"));
    own.then_some(address.into())
}

const TAGS: &[&str] = &[
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
];

const MATHML: &[&str] = &[
    "math",
    "menclose",
    "merror",
    "mfrac",
    "mi",
    "mmultiscripts",
    "mn",
    "mo",
    "mover",
    "mpadded",
    "mphantom",
    "mprescripts",
    "mroot",
    "mrow",
    "ms",
    "mspace",
    "msqrt",
    "mstyle",
    "msub",
    "msubsup",
    "msup",
    "mtable",
    "mtd",
    "mtext",
    "mtr",
    "munder",
    "munderover",
];

const MATHML_ATTRIBUTES: &[&str] = &[
    "accent",
    "accentunder",
    "columnalign",
    "columnspan",
    "depth",
    "displaystyle",
    "fence",
    "height",
    "largeop",
    "linethickness",
    "lspace",
    "mathvariant",
    "maxsize",
    "minsize",
    "movablelimits",
    "rowspacing",
    "rowspan",
    "rspace",
    "scriptlevel",
    "separator",
    "stretchy",
    "symmetric",
    "voffset",
    "width",
];

fn attributes() -> HashMap<&'static str, HashSet<&'static str>> {
    let mut attributes = HashMap::from([
        ("a", HashSet::from(["href", "title", "rel", "target", "id"])),
        ("aside", HashSet::from(["id", "role"])),
        ("button", HashSet::from(["type", "data-action"])),
        ("div", HashSet::from(["tabindex", "role"])),
        ("figure", HashSet::from(["data-language"])),
        ("ol", HashSet::from(["start"])),
        ("pre", HashSet::from(["tabindex"])),
        (
            "span",
            HashSet::from(["title", "role", "aria-label", "data-count"]),
        ),
    ]);
    for heading in ["h3", "h4", "h5", "h6"] {
        attributes.insert(heading, HashSet::from(["data-level"]));
    }
    for tag in MATHML {
        attributes.insert(tag, MATHML_ATTRIBUTES.iter().copied().collect());
    }
    attributes.entry("math").or_default().insert("display");
    attributes
}

const CLASSES: &[(&str, &[&str])] = &[
    ("a", &["citation", "image-link", "footnote__back"]),
    ("aside", &["footnote"]),
    ("button", &["tool"]),
    ("code", &["code__text", "math-error", "math-pending"]),
    ("details", &["sources"]),
    ("div", &["table"]),
    ("figcaption", &["code__head"]),
    ("figure", &["code"]),
    ("label", &["task"]),
    ("li", &["sources__item"]),
    (
        "span",
        &[
            "code__language",
            "image-link",
            "image-link__host",
            "invisible",
            "link-host",
            "sources__count",
            "sources__hosts",
            "sources__number",
            "sources__site",
            "footnote__label",
            "s-a",
            "s-c",
            "s-d",
            "s-f",
            "s-g",
            "s-i",
            "s-k",
            "s-l",
            "s-n",
            "s-o",
            "s-s",
            "s-t",
            "s-v",
        ],
    ),
    ("summary", &["sources__summary"]),
    ("sup", &["footnote-mark"]),
    ("td", &["align-center", "align-right"]),
    ("th", &["align-center", "align-right"]),
    (
        "mtable",
        &[
            "menv-alignlike",
            "menv-align",
            "menv-arraylike",
            "menv-cells-left",
            "menv-cases",
            "menv-multline",
            "menv-with-eqn",
        ],
    ),
    (
        "mtd",
        &[
            "menv-left-solid",
            "menv-left-dashed",
            "menv-right-solid",
            "menv-right-dashed",
            "menv-border-only",
            "menv-nonumber",
            "menv-cells-left",
            "menv-cells-right",
            "cell-left",
            "cell-right",
        ],
    ),
    ("mtr", &["menv-cells-left", "menv-cells-right"]),
    ("ul", &["sources__list"]),
];
