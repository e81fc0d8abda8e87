//! Where two renderings of a block part, told by their ends alone.
//!
//! Both are as the server writes them: each element has its end tag, but the few that can have none, and neither `<` nor `>` stands in a text or
//! an attribute. So what follows the last place up to which they are the same says by its end tags which elements are open there,
//! from the innermost to the outermost, and what stands before each of those is what its element has behind that place. What the two have in
//! common is not looked at.

/// So much is taken away node by node, in bytes; where more would go, all is written anew. Far from where browsers make several nodes of a text.
const MOST_GONE: usize = 4096;

/// So many bytes are compared at once.
const ROW: usize = 64;

/// Elements without content, of those that are rendered.
const VOID: [&str; 4] = ["br", "hr", "img", "input"];

/// What makes one rendering the other.
#[derive(Debug, PartialEq, Eq)]
pub struct Tail<'a> {
    /// What changes at the end of the block, of its last element, of the last one in that, and so on.
    pub levels: Vec<Level<'a>>,
    /// In the innermost of them: what the last text ends with and what takes its place, after the nodes behind it are gone.
    pub text: Option<(String, String)>,
}

/// An element that is open where the two part.
#[derive(Debug, PartialEq, Eq)]
pub struct Level<'a> {
    /// Its name; the block itself has none here.
    pub name: &'a str,
    /// So many of its last nodes go.
    pub gone: usize,
    /// What comes to its end afterwards.
    pub html: &'a str,
}

/// What an element has behind the place.
struct Piece<'a> {
    name: &'a str,
    nodes: usize,
    html: &'a str,
}

impl<'a> Tail<'a> {
    /// What makes `new` of `old`; nothing where it is as well to write all of it.
    pub fn between(old: &'a str, new: &'a str) -> Option<Self> {
        let kept = old.get(..parting(common(old, new)))?;
        if kept.is_empty() || old.len() - kept.len() > MOST_GONE {
            return None;
        }
        let went = pieces(old.get(kept.len()..)?)?;
        let came = pieces(new.get(kept.len()..)?)?;
        let mut both = went.iter().zip(&came);
        if went.len() != came.len() || !both.all(|(went, came)| went.name == came.name) {
            return None;
        }
        let mut levels: Vec<Level<'_>> = went
            .iter()
            .zip(came)
            .map(|(went, came)| Level {
                name: came.name,
                gone: went.nodes,
                html: came.html,
            })
            .collect();
        let mut text = None;
        if !kept.ends_with('>') {
            let (innermost, piece) = (levels.first_mut()?, went.first()?);
            let (gone, _) = leading_text(piece.html);
            let (new, html) = leading_text(innermost.html);
            // It is the end of a node of which the beginning stays.
            innermost.gone -= usize::from(!gone.is_empty());
            innermost.html = html;
            text = (gone != new).then_some((plain(gone)?, plain(new)?));
        }
        // Formulas are elements of another language: what they are read as depends on what is around them.
        let has_formula = levels.iter().any(|level| level.name.starts_with('m'));
        levels.reverse();
        (!has_formula).then_some(Self { levels, text })
    }
}

/// What both begin with.
fn common<'a>(old: &'a str, new: &str) -> &'a str {
    let (a, b) = (old.as_bytes(), new.as_bytes());
    // Nearly all of it, and quicker by many bytes at once.
    let rows = a.chunks_exact(ROW).zip(b.chunks_exact(ROW));
    let rows = rows.take_while(|(a, b)| a == b).count() * ROW;
    let rest = a.iter().skip(rows).zip(b.iter().skip(rows));
    let mut length = rows + rest.take_while(|(a, b)| a == b).count();
    while !old.is_char_boundary(length) {
        length -= 1;
    }
    old.get(..length).unwrap_or_default()
}

/// How much of that is whole: it may end within a tag or a character reference.
fn parting(same: &str) -> usize {
    let Some(at) = same.rfind(['<', '>']) else {
        return 0;
    };
    let (before, rest) = same.split_at(at);
    if rest.starts_with('<') {
        return before.len();
    }
    match rest.rfind('&') {
        Some(reference) if !rest.split_at(reference).1.contains(';') => at + reference,
        _ => same.len(),
    }
}

/// What the elements that are open where `rest` begins have in it, from the innermost to the block.
fn pieces(rest: &str) -> Option<Vec<Piece<'_>>> {
    let mut pieces = Vec::new();
    let (mut depth, mut nodes) = (0_usize, 0);
    let (mut begin, mut at) = (0, 0);
    for chunk in rest.split_inclusive('>') {
        let (text, tag) = chunk.split_once('<').unwrap_or((chunk, ""));
        if depth == 0 && !text.is_empty() {
            nodes += 1;
        }
        let end = at + text.len();
        at += chunk.len();
        if let Some(name) = tag.strip_prefix('/') {
            if let Some(less) = depth.checked_sub(1) {
                depth = less;
            } else {
                pieces.push(Piece {
                    name: name.strip_suffix('>')?,
                    nodes,
                    html: rest.get(begin..end)?,
                });
                (begin, nodes) = (at, 0);
            }
        } else if !tag.is_empty() {
            nodes += usize::from(depth == 0);
            let name = tag.strip_suffix('>')?.split(' ').next()?;
            depth += usize::from(!VOID.contains(&name));
        }
    }
    pieces.push(Piece {
        name: "",
        nodes,
        html: rest.get(begin..)?,
    });
    (depth == 0).then_some(pieces)
}

/// The text that it begins with, and the rest.
fn leading_text(html: &str) -> (&str, &str) {
    html.split_at(html.find('<').unwrap_or(html.len()))
}

/// A text without character references.
fn plain(text: &str) -> Option<String> {
    let mut parts = text.split('&');
    let mut plain = parts.next()?.to_owned();
    for part in parts {
        let (name, rest) = part.split_once(';')?;
        plain.push(match name {
            "amp" => '&',
            "lt" => '<',
            "gt" => '>',
            "quot" => '"',
            "nbsp" => '\u{a0}',
            _ => return None,
        });
        plain.push_str(rest);
    }
    Some(plain)
}

#[cfg(test)]
mod tests;
