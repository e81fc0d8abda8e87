//! What waits and what is shown of an answer that is being written.

use model::{BlockChange, ConversationEvent, Progress};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use super::*;
use crate::render::Changes;

fn live() -> Live {
    let id = Uuid::from_u128(1);
    Live::new(
        GenerationId::from_uuid(id),
        ConversationId::from_uuid(id),
        MessageId::from_uuid(id),
        CancellationToken::new(),
        Before::default(),
    )
}

fn step(live: &Live, seq: u64, index: u32, keep: u32, html: &str) {
    let changes = Changes {
        blocks: vec![BlockChange {
            index,
            keep,
            html: html.into(),
        }],
        reasoning: vec![],
    };
    live.show(seq, (changes, &[]), None, None);
}

fn progress(live: &Live, have: u64) -> Option<Progress> {
    let (_, event) = live.since(have)?;
    match serde_json::from_str(&event.data) {
        Ok(ConversationEvent::Progress(progress)) => Some(progress),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_watcher_at_any_number_ends_up_with_the_same_blocks() {
    let live = live();
    let steps = [
        (0, 0, "<p>a</p>"),
        (0, 4, "b</p>"),
        (1, 0, "<p>c</p>"),
        (1, 3, "d</p>"),
        (0, 3, "z</p>"),
    ];
    let mut seen = vec![vec![]];
    for (seq, (index, keep, html)) in (1..).zip(steps) {
        step(&live, seq, index, keep, html);
        seen.push(live.snapshot().rendered.blocks);
    }
    for (have, mut blocks) in (0..).zip(seen) {
        if let Some(progress) = progress(&live, have) {
            assert_eq!((progress.from, progress.seq), (have, 5));
            assert!(
                progress
                    .blocks
                    .iter()
                    .all(|change| change.apply(&mut blocks))
            );
        }
        assert_eq!(blocks, live.snapshot().rendered.blocks, "from {have}");
    }
}

#[test]
fn a_watcher_who_keeps_up_is_sent_only_what_is_new() {
    let live = live();
    step(&live, 1, 0, 0, "<p>春</p>");
    step(&live, 2, 0, 6, "眠</p>");
    let blocks = progress(&live, 1).map(|progress| progress.blocks);
    assert_eq!(
        blocks,
        Some(vec![BlockChange {
            index: 0,
            keep: 6,
            html: "眠</p>".into()
        }])
    );
    assert_eq!(progress(&live, 2), None);
}

#[test]
fn what_waits_is_announced_once_until_it_is_taken() {
    let live = live();
    assert!(live.add(|pending| pending.text.push('a')));
    assert!(!live.add(|pending| pending.text.push('b')));
    assert_eq!(live.take().text, "ab");
    assert!(live.add(|pending| pending.text.push('c')));
}
