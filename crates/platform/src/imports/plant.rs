//! From nodes that say what they hang on to a tree that can be kept: what is no question and no answer is left out, and what hung
//! on it hangs on what that hung on.

use std::collections::HashMap;

use model::{Millis, ModelName, Speaker};

use super::draft::{DraftMessage, LONGEST, Omissions, text};

/// Messages of a conversation that are taken at most.
pub(super) const MOST: usize = 5_000;

/// How much text of a conversation is taken at most, in bytes.
const ROOM: usize = 16 * 1024 * 1024;

/// Thoughts that are put before one answer at most.
const THOUGHTS: usize = 1_000;

/// What stands for something that was attached and is not there.
const ATTACHED: &str = "📎";

/// A node as a file has it.
#[derive(Debug, Default)]
pub(super) struct Node {
    pub(super) key: String,
    /// What it hangs on.
    pub(super) parent: String,
    /// What hangs on it, in order, where the file says so.
    pub(super) children: Vec<String>,
    /// Who speaks; nobody for what is left out.
    pub(super) speaker: Option<Speaker>,
    pub(super) text: String,
    pub(super) reasoning: String,
    /// Things that are not in the file.
    pub(super) things: u32,
    pub(super) model: Option<ModelName>,
    pub(super) at: Option<Millis>,
    /// It is nothing but what hangs on it: nobody misses it.
    pub(super) is_joint: bool,
}

/// What became of the nodes.
pub(super) struct Planted {
    pub(super) messages: Vec<DraftMessage>,
    pub(super) leaf: Option<usize>,
    pub(super) left_out: Omissions,
}

/// Where someone who walks down has come to.
#[derive(Clone, Copy)]
struct Step {
    node: usize,
    /// The message above.
    above: Option<usize>,
    /// Whether nothing parted since that message.
    is_alone: bool,
    /// The thoughts that are not said yet: the last of them.
    thought: Option<usize>,
}

/// Nodes whose places are known.
struct Nodes<'a> {
    all: &'a [Node],
    children: Vec<Vec<usize>>,
    roots: Vec<usize>,
}

impl<'a> Nodes<'a> {
    fn of(all: &'a [Node]) -> (Self, HashMap<&'a str, usize>) {
        let mut places = HashMap::with_capacity(all.len());
        for (place, node) in all.iter().enumerate() {
            places.entry(node.key.as_str()).or_insert(place);
        }
        let mut children = vec![Vec::new(); all.len()];
        let mut roots = Vec::new();
        for (place, node) in all.iter().enumerate() {
            match places.get(node.parent.as_str()) {
                Some(&parent) if parent != place => children[parent].push(place),
                _ => roots.push(place),
            }
        }
        for (place, node) in all.iter().enumerate() {
            if children[place].len() > 1 && !node.children.is_empty() {
                let order: HashMap<&str, usize> = node
                    .children
                    .iter()
                    .enumerate()
                    .map(|(at, key)| (key.as_str(), at))
                    .collect();
                children[place].sort_by_key(|child| {
                    let key = all[*child].key.as_str();
                    order.get(key).copied().unwrap_or(usize::MAX)
                });
            }
        }
        let nodes = Self {
            all,
            children,
            roots,
        };
        (nodes, places)
    }

    /// Thoughts from the first to this last one, as much of them as a message may have.
    fn thoughts(&self, last: Option<usize>, before: &[Option<usize>]) -> String {
        let mut chain = Vec::new();
        let (mut next, mut room) = (last, LONGEST);
        while let Some(node) = next.filter(|_| room > 0 && chain.len() < THOUGHTS) {
            let thought = self.all[node].reasoning.as_str();
            room = room.saturating_sub(thought.len().max(1));
            chain.push(thought);
            next = before[node];
        }
        chain.reverse();
        chain.join("\n\n")
    }
}

/// Plants them. `current` is the key of the end that is shown; without one, the last.
pub(super) fn plant(all: &[Node], current: &str) -> Planted {
    let (nodes, places) = Nodes::of(all);
    let mut messages: Vec<DraftMessage> = Vec::new();
    let mut left_out = Omissions::default();
    let mut room = ROOM;
    // Of each node, the message that it became or that is above it; and of thoughts, those before.
    let mut kept: Vec<Option<usize>> = vec![None; all.len()];
    let mut before: Vec<Option<usize>> = vec![None; all.len()];
    let mut reached = 0;
    let begin = |node: &usize| Step {
        node: *node,
        above: None,
        is_alone: false,
        thought: None,
    };
    let mut steps: Vec<Step> = nodes.roots.iter().rev().map(begin).collect();
    while let Some(step) = steps.pop() {
        reached += 1;
        let node = &all[step.node];
        let mut next = step;
        match node.speaker {
            None if node.reasoning.is_empty() => {
                left_out.machinery += u32::from(!node.is_joint);
            }
            None => {
                before[step.node] = step.thought;
                next.thought = Some(step.node);
            }
            // Nothing more is made of what there is no place for.
            Some(_) if messages.len() == MOST || room == 0 => {
                left_out.attachments = left_out.attachments.saturating_add(node.things);
                let is_missed = node.things > 0 || !node.text.trim().is_empty();
                left_out.beyond += u32::from(is_missed);
                next.is_alone = false;
            }
            Some(speaker) => {
                left_out.attachments = left_out.attachments.saturating_add(node.things);
                // What answers a question that is not taken is another answer.
                next.is_alone &= speaker == Speaker::Assistant;
                let (mut said, is_cut) = text(&node.text);
                if said.trim().is_empty() && node.things > 0 {
                    ATTACHED.clone_into(&mut said);
                }
                // What nobody could read is missed by nobody.
                if !said.trim().is_empty() {
                    let thoughts = nodes.thoughts(step.thought, &before);
                    let parts = [thoughts.as_str(), node.reasoning.as_str()];
                    let parts = parts.into_iter().filter(|part| !part.is_empty());
                    let (reasoning, is_cut_too) = text(&parts.collect::<Vec<_>>().join("\n\n"));
                    left_out.cut += u32::from(is_cut) + u32::from(is_cut_too);
                    let length = said.len() + reasoning.len();
                    if length > room {
                        left_out.beyond += 1;
                        next.is_alone = false;
                        room = 0;
                    } else {
                        room -= length;
                        let message = DraftMessage {
                            parent: step.above,
                            speaker,
                            text: said,
                            reasoning,
                            model: node.model.clone(),
                            at: node.at,
                        };
                        let goes_on = step.above.filter(|_| step.is_alone && node.things == 0);
                        let above = goes_on.and_then(|above| messages.get_mut(above));
                        if !above.is_some_and(|above| join(above, &message)) {
                            messages.push(message);
                            next.above = Some(messages.len() - 1);
                        }
                        next.thought = None;
                        next.is_alone = true;
                    }
                }
            }
        }
        kept[step.node] = next.above;
        let children = &nodes.children[step.node];
        next.is_alone &= children.len() == 1;
        steps.extend(children.iter().rev().map(|node| Step {
            node: *node,
            ..next
        }));
    }
    // What goes round in circles hangs on nothing.
    let unreached = u32::try_from(all.len() - reached).unwrap_or(u32::MAX);
    left_out.beyond = left_out.beyond.saturating_add(unreached);
    let shown = places.get(current).and_then(|place| kept[*place]);
    let leaf = shown.or_else(|| messages.len().checked_sub(1));
    Planted {
        messages,
        leaf,
        left_out,
    }
}

/// An answer that was interrupted by a tool goes on in the same message, as long as there is room.
fn join(answer: &mut DraftMessage, more: &DraftMessage) -> bool {
    let room = |text: &str, more: &str| text.chars().count() + more.chars().count() + 2 <= LONGEST;
    let is_one = answer.speaker == Speaker::Assistant && more.speaker == Speaker::Assistant;
    if !is_one || !room(&answer.text, &more.text) || !room(&answer.reasoning, &more.reasoning) {
        return false;
    }
    for (text, more) in [
        (&mut answer.text, &more.text),
        (&mut answer.reasoning, &more.reasoning),
    ] {
        if !text.is_empty() && !more.is_empty() {
            text.push_str("\n\n");
        }
        text.push_str(more);
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(key: &str, parent: &str, speaker: Speaker) -> Node {
        Node {
            key: key.to_owned(),
            parent: parent.to_owned(),
            speaker: Some(speaker),
            text: key.to_uppercase(),
            ..Node::default()
        }
    }

    fn tree(planted: &Planted) -> Vec<(Option<usize>, &str)> {
        let each = planted.messages.iter();
        each.map(|message| (message.parent, message.text.as_str()))
            .collect()
    }

    #[test]
    fn branches_stay_and_what_is_between_is_left_out() {
        let mut root = Node {
            key: "root".to_owned(),
            is_joint: true,
            ..Node::default()
        };
        root.children = vec!["b".to_owned(), "a".to_owned()];
        let system = Node {
            key: "system".to_owned(),
            parent: "a".to_owned(),
            ..Node::default()
        };
        let nodes = [
            said("a", "root", Speaker::User),
            said("b", "root", Speaker::User),
            root,
            system,
            said("c", "system", Speaker::Assistant),
            said("d", "a", Speaker::Assistant),
        ];
        let planted = plant(&nodes, "c");
        let expected = [(None, "B"), (None, "A"), (Some(1), "C"), (Some(1), "D")];
        assert_eq!(tree(&planted), expected);
        assert_eq!(planted.leaf, Some(2));
        assert_eq!(planted.left_out.machinery, 1);
        assert_eq!(plant(&nodes, "nowhere").leaf, Some(3));
    }

    #[test]
    fn an_answer_goes_on_behind_a_tool_and_has_the_thoughts_before_it() {
        let thought = |key: &str, parent: &str| Node {
            key: key.to_owned(),
            parent: parent.to_owned(),
            reasoning: key.to_owned(),
            ..Node::default()
        };
        let tool = Node {
            key: "tool".to_owned(),
            parent: "b".to_owned(),
            ..Node::default()
        };
        let nodes = [
            said("a", "", Speaker::User),
            thought("hm", "a"),
            thought("so", "hm"),
            said("b", "so", Speaker::Assistant),
            tool,
            thought("ah", "tool"),
            said("c", "ah", Speaker::Assistant),
        ];
        let planted = plant(&nodes, "c");
        assert_eq!(tree(&planted), [(None, "A"), (Some(0), "B\n\nC")]);
        assert_eq!(planted.messages[1].reasoning, "hm\n\nso\n\nah");
        assert_eq!(planted.leaf, Some(1));
    }

    #[test]
    fn an_empty_question_still_parts_two_answers() {
        let mut empty = said("c", "b", Speaker::User);
        empty.text.clear();
        let nodes = [
            said("a", "", Speaker::User),
            said("b", "a", Speaker::Assistant),
            empty,
            said("d", "c", Speaker::Assistant),
        ];
        let expected = [(None, "A"), (Some(0), "B"), (Some(1), "D")];
        assert_eq!(tree(&plant(&nodes, "d")), expected);
    }

    #[test]
    fn thoughts_without_end_are_not_all_put_before_an_answer() {
        let mut nodes = vec![said("a", "", Speaker::User)];
        for place in 0..2 * THOUGHTS {
            let parent = match place.checked_sub(1) {
                Some(before) => format!("t{before}"),
                None => "a".to_owned(),
            };
            nodes.push(Node {
                key: format!("t{place}"),
                parent,
                reasoning: "x".to_owned(),
                ..Node::default()
            });
        }
        let last = format!("t{}", 2 * THOUGHTS - 1);
        nodes.push(said("b", &last, Speaker::Assistant));
        let planted = plant(&nodes, "b");
        let reasoning = &planted.messages[1].reasoning;
        assert_eq!(reasoning.matches('x').count(), THOUGHTS);
    }

    #[test]
    fn circles_and_ones_own_parents_end() {
        let nodes = [
            said("a", "a", Speaker::User),
            said("b", "c", Speaker::Assistant),
            said("c", "b", Speaker::User),
            said("a", "c", Speaker::User),
        ];
        let planted = plant(&nodes, "");
        assert_eq!(tree(&planted), [(None, "A")]);
        assert_eq!(planted.left_out.beyond, 3);
    }

    #[test]
    fn what_is_too_much_is_left_out_and_counted() {
        let mut nodes = vec![said("0", "", Speaker::User)];
        for place in 1..MOST + 10 {
            let parent = (place - 1).to_string();
            nodes.push(said(&place.to_string(), &parent, Speaker::User));
        }
        let mut picture = said("p", "0", Speaker::User);
        (picture.text, picture.things) = (String::new(), 1);
        nodes.insert(1, picture);
        let planted = plant(&nodes, "");
        assert_eq!(planted.messages.len(), MOST);
        assert_eq!(planted.messages[1].text, ATTACHED);
        assert_eq!(
            (planted.left_out.beyond, planted.left_out.attachments),
            (11, 1)
        );
    }
}
