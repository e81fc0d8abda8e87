//! From a message as it is kept to a message as it is shown.

use model::{MessageStatus, MessageView, Speaker, ToolCallView};

use crate::{
    Error,
    generation::Hub,
    render,
    store::{Chunks, Db, KeptCall, Message, Rendered},
};

/// The messages as they are shown now. What an older renderer made, or none yet, is rendered off the async
/// threads and kept.
pub(super) async fn views(
    db: &Db,
    hub: &Hub,
    messages: Vec<Message>,
) -> Result<Vec<MessageView>, Error> {
    let mut views = Vec::with_capacity(messages.len());
    for message in messages {
        views.push(view(db, hub, message).await?);
    }
    Ok(views)
}

async fn view(db: &Db, hub: &Hub, mut message: Message) -> Result<MessageView, Error> {
    if message.speaker == Speaker::User {
        let text = message.text();
        return Ok(shown(message, text, Rendered::default()));
    }
    if message.status == MessageStatus::Generating {
        if let Some(now) = hub.snapshot(message.id) {
            let mut view = shown(message, String::new(), now.rendered);
            (view.seq, view.status) = (now.seq, now.status);
            view.tools = now.tools;
            (view.reasoning_ms, view.failure) = (now.reasoning_ms, now.failure);
            return Ok(view);
        }
        // Another process writes it: what it has stored is what may be shown.
        let chunks = db.chunks(message.id).await?;
        let (reasoning, text, seq) = match chunks {
            Some(Chunks {
                reasoning,
                text,
                last_seq,
            }) => (reasoning, text, last_seq),
            None => (String::new(), String::new(), message.last_seq),
        };
        message.last_seq = seq;
        let (reasoning, text) = (message.reasoning() + &reasoning, message.text() + &text);
        let rendered = render::whole(message.id, reasoning, text, &message.sources()).await?;
        return Ok(shown(message, String::new(), rendered));
    }
    let rendered = if let Some((render::VERSION, rendered)) = message.rendered.take() {
        rendered
    } else {
        let (reasoning, text) = (message.reasoning(), message.text());
        let rendered = render::whole(message.id, reasoning, text, &message.sources()).await?;
        db.save_rendered(message.id, render::VERSION, &rendered)
            .await?;
        rendered
    };
    Ok(shown(message, String::new(), rendered))
}

fn shown(message: Message, text: String, rendered: Rendered) -> MessageView {
    let blocks = u32::try_from(rendered.blocks.len()).unwrap_or(u32::MAX);
    let place = |mut tool: ToolCallView| {
        // Another renderer may have made fewer blocks of the same text.
        tool.after = tool.after.min(blocks);
        tool
    };
    let tools = message.calls.iter().map(KeptCall::view).map(place);
    MessageView {
        id: message.id,
        parent: message.parent,
        speaker: message.speaker,
        status: message.status,
        text,
        attachments: message.attachments,
        blocks: rendered.blocks,
        reasoning: rendered.reasoning,
        tools: tools.collect(),
        reasoning_ms: message.reasoning_ms,
        seq: message.last_seq,
        model: message.model,
        failure: message.failure,
        edited: message.edited,
        branch: message.branch,
        references: Vec::new(),
        assistant: None,
        rating: message.rating,
        created_at: message.created_at,
    }
}
