//! The rendered blocks of an answer, and how each has changed: enough to tell any watcher what it has not seen.

use model::BlockChange;

/// A rendered block, and when it last changed.
#[derive(Default)]
pub(super) struct Block {
    pub(super) html: String,
    changed: u64,
    /// The change before that; who has seen it needs only what follows the kept bytes.
    before: Option<u64>,
    keep: usize,
}

/// Applies what a step changed, under its number.
pub(super) fn apply(blocks: &mut Vec<Block>, changes: Vec<BlockChange>, seq: u64) {
    for change in changes {
        let index = change.index as usize;
        if blocks.len() <= index {
            blocks.resize_with(index + 1, Block::default);
        }
        let block = &mut blocks[index];
        let keep = change.keep as usize;
        block.html.truncate(keep);
        block.html.push_str(&change.html);
        if block.changed == seq && block.before.is_some() {
            block.keep = block.keep.min(keep);
        } else {
            block.before = (!block.html.is_empty() && block.changed > 0 && block.changed != seq)
                .then_some(block.changed);
            block.keep = keep;
        }
        block.changed = seq;
    }
}

/// What has changed after number `from`.
pub(super) fn changes(blocks: &[Block], from: u64) -> Vec<BlockChange> {
    let numbered = (0_u32..).zip(blocks);
    let changed =
        numbered.filter(|(_, block)| block.changed > from || (from == 0 && block.changed == 0));
    changed
        .map(|(index, block)| {
            let keep = if block.before.is_some_and(|before| from >= before) {
                block.keep
            } else {
                0
            };
            let html = block.html.get(keep..).unwrap_or(&block.html).to_owned();
            BlockChange {
                index,
                keep: u32::try_from(keep).unwrap_or(0),
                html,
            }
        })
        .collect()
}
