//! Messages that wait for an answer's end: as a page with scripts hears of them, and as plain forms send and change them.

use http::header;
use model::{Comparison, Draft, FailureCode, MessageStatus, Millis, Queue, QueuedMessage, Speaker};
use simulator::Answer as Script;

use crate::support::{Browser, Reply, TestApp, TestResult, databases, eventually, submission};

impl Browser {
    async fn queue(&self, id: &str, text: &str) -> anyhow::Result<Reply> {
        let submission = submission();
        let message = [
            ("id", id),
            ("prompt", text),
            ("model", "qwen-plus"),
            ("submission", &submission),
        ];
        self.call("queue.add", &message).await
    }

    /// Sends a form as a browser without scripts does, from that page.
    async fn send_form(
        &self,
        function: &str,
        fields: &[(&str, &str)],
        page: &str,
    ) -> anyhow::Result<Reply> {
        let form = self
            .post(&format!("/fn/{function}"))
            .header(header::ACCEPT, "text/html")
            .header("origin", &self.origin)
            .header("referer", format!("{}{page}", self.origin))
            .form(fields);
        Reply::to(form).await
    }

    /// Types half of something there: by when that is known.
    async fn types_half(&self, conversation: &str) -> anyhow::Result<String> {
        let mut draft = vec![("text", "half")];
        if !conversation.is_empty() {
            draft.push(("conversation", conversation));
        }
        let kept = self.call("conversations.save_draft", &draft).await?;
        let kept_at: Millis = kept.json()?;
        Ok(kept_at.get().to_string())
    }

    async fn page(&self, path: &str) -> anyhow::Result<String> {
        let page = self.get(path).header(header::ACCEPT, "text/html");
        Ok(Reply::to(page).await?.text())
    }
}

#[tokio::test]
async fn what_waits_is_told_to_every_page_and_sent_in_its_order() -> TestResult {
    for database in databases().await? {
        let app = TestApp::start_on(database).await?;
        let lin = app.user("lin").await?;
        app.simulator
            .next_answer(Script::words(["春", "眠"]).held_after(1));
        let asked = lin.ask("背一首诗").await?;
        let id = asked.conversation.to_string();
        let mut other = lin.watch(&asked).await?;
        for text in ["一", "二"] {
            lin.queue(&id, text).await?.done()?;
        }
        other
            .until("two that wait", |tab| tab.queue.items.len() == 2)
            .await?;
        let first = other.queue.items[0].id.to_string();
        let item = [("id", &*id), ("item", &*first), ("direction", "down")];
        let moved: Queue = lin.call("queue.move", &item).await?.json()?;
        assert_eq!(moved.items[0].text, "二");
        let edit = [
            ("id", &*id),
            ("item", &*first),
            ("version", "0"),
            ("text", "一改"),
        ];
        lin.call("queue.edit", &edit).await?.done()?;
        let late = lin.call("queue.edit", &edit).await?;
        assert_eq!(late.failure()?, FailureCode::Outdated);
        drop(other);
        app.release().await?;
        eventually("nothing that waits", async || {
            let queue: Queue = lin.call("queue.load", &[("id", &id)]).await?.json()?;
            Ok(queue.is_empty().then_some(()))
        })
        .await?;
        lin.ended_answer(asked.conversation).await?;
        let said = lin.open(asked.conversation).await?;
        let questions = said.messages.items.iter();
        let questions: Vec<_> = questions
            .filter(|message| message.speaker == Speaker::User)
            .map(|message| message.text.as_str())
            .collect();
        assert_eq!(questions, ["背一首诗", "二", "一改"]);
        assert!(said.queue.is_empty());
    }
    Ok(())
}

/// Hostile words stand on the page as words.
#[tokio::test]
async fn without_scripts_what_is_asked_meanwhile_waits_and_can_be_changed() -> TestResult {
    let app = TestApp::start().await?;
    let lin = app.user("lin").await?;
    app.simulator
        .next_answer(Script::words(["春", "眠"]).held_after(1));
    let asked = lin.ask("背一首诗").await?;
    let id = asked.conversation.to_string();
    let conversation = format!("/c/{id}");
    let hostile = "<script>alert(1)</script>";
    for text in ["二", hostile] {
        let submission = submission();
        let fields = [
            ("conversation", &*id),
            ("prompt", text),
            ("model", "qwen-plus"),
            ("submission", &*submission),
        ];
        let reply = lin
            .send_form("generation.ask", &fields, &conversation)
            .await?;
        assert_eq!(reply.header("location"), Some(&*conversation));
    }
    let page = lin.page(&conversation).await?;
    let way = format!("/c/{id}/queue");
    assert!(page.contains(&way), "{page}");
    let page = lin.page(&way).await?;
    assert!(page.contains("&lt;script&gt;alert(1)"), "{page}");
    assert!(!page.contains(hostile), "{page}");
    let queue: Queue = lin.call("queue.load", &[("id", &id)]).await?.json()?;
    let second = queue.items[1].id.to_string();
    let edit = [
        ("id", &*id),
        ("item", &*second),
        ("version", "0"),
        ("text", "一"),
    ];
    let reply = lin.send_form("queue.edit", &edit, &way).await?;
    assert_eq!(reply.header("location"), Some(&*way));
    let step = [("id", &*id), ("item", &*second), ("direction", "up")];
    let reply = lin.send_form("queue.move", &step, &way).await?;
    assert_eq!(reply.header("location"), Some(&*way));
    // Stopped, it waits for a click and loses nothing.
    lin.stop(asked.conversation).await?;
    lin.ended_answer(asked.conversation).await?;
    let queue: Queue = lin.call("queue.load", &[("id", &id)]).await?.json()?;
    assert!(queue.is_paused);
    let item = [("id", &*id), ("item", &*second)];
    let (withdrawn, _): (QueuedMessage, Queue) = lin.call("queue.withdraw", &item).await?.json()?;
    assert_eq!(withdrawn.text, "一");
    assert_eq!(lin.open(asked.conversation).await?.draft, "一");
    let first = queue.items[1].id.to_string();
    let item = [("id", &*id), ("item", &*first)];
    let reply = lin.send_form("queue.send", &item, &way).await?;
    assert_eq!(reply.header("location"), Some(&*conversation));
    lin.ended_answer(asked.conversation).await?;
    let said = lin.open(asked.conversation).await?;
    assert_eq!(said.messages.items[2].text, "二");
    assert_eq!(said.draft, "一");
    Ok(())
}

/// The page says which draft it shows, and that one goes with what is made of it.
#[tokio::test]
async fn a_plain_form_sends_its_draft_along() -> TestResult {
    let app = TestApp::start().await?;
    let lin = app.user("lin").await?;
    app.simulator
        .next_answer(Script::words(["春", "眠"]).held_after(1));
    let kept_at = lin.types_half("").await?;
    let page = lin.page("/").await?;
    assert!(page.contains(&format!(r#"value="{kept_at}""#)), "{page}");
    let begun = submission();
    let question = [
        ("prompt", "half a thought"),
        ("model", "qwen-plus"),
        ("submission", &*begun),
        ("draft", &*kept_at),
    ];
    let reply = lin.send_form("generation.ask", &question, "/").await?;
    let place = reply.header("location").unwrap_or_default().to_owned();
    let left: Draft = lin.call("conversations.draft", &[]).await?.json()?;
    assert_eq!(left, Draft::default());

    // While an answer is being written, it waits.
    let id = place.trim_start_matches("/c/");
    let kept_at = lin.types_half(id).await?;
    let waits = submission();
    let question = [
        ("conversation", id),
        ("prompt", "the other half"),
        ("model", "qwen-plus"),
        ("submission", &*waits),
        ("draft", &*kept_at),
    ];
    lin.send_form("generation.ask", &question, &place).await?;
    let view = lin.open(id.parse()?).await?;
    assert_eq!(view.queue.items.len(), 1);
    assert_eq!((&*view.draft, view.draft_kept_at), ("", None));
    lin.stop(id.parse()?).await?;
    lin.ended_answer(id.parse()?).await?;
    Ok(())
}

/// Who writes there goes on with it, and not with the model that the site offers first.
#[tokio::test]
async fn the_page_of_what_waits_asks_the_model_of_its_conversation() -> TestResult {
    let app = TestApp::start().await?;
    let lin = app.user("lin").await?;
    let submission = submission();
    let begun = [
        ("prompt", "背一首诗"),
        ("model", "qwen-flash"),
        ("submission", &*submission),
    ];
    let reply = lin.send_form("generation.ask", &begun, "/").await?;
    let conversation = reply.header("location").unwrap_or_default();
    let page = lin.page(&format!("{conversation}/queue")).await?;
    assert!(page.contains(r#"value="qwen-flash" selected"#), "{page}");
    Ok(())
}

#[tokio::test]
async fn answers_are_compared_on_a_page_of_their_own() -> TestResult {
    let app = TestApp::start().await?;
    let lin = app.user("lin").await?;
    let asked = lin.ask("背一首诗").await?;
    lin.ended_answer(asked.conversation).await?;
    let (id, question) = (
        asked.conversation.to_string(),
        asked.question.id.to_string(),
    );
    let answer = asked.answer.id.to_string();
    let fields = [
        ("id", &*id),
        ("message", &*answer),
        ("models[]", "qwen3-max"),
    ];
    let conversation = format!("/c/{id}");
    let reply = lin
        .send_form("messages.compare_with", &fields, &conversation)
        .await?;
    let page = format!("/c/{id}/compare/{question}");
    assert_eq!(reply.header("location"), Some(&*page));
    lin.ended_answer(asked.conversation).await?;
    let shown = lin.page(&page).await?;
    for model in ["qwen-plus", "qwen3-max"] {
        assert!(shown.contains(model), "{model}: {shown}");
    }
    let keep = [("id", &*id), ("message", &*answer)];
    let reply = lin
        .send_form("conversations.show_branch", &keep, &page)
        .await?;
    assert_eq!(reply.header("location"), Some(&*conversation));
    let said = lin.open(asked.conversation).await?;
    assert_eq!(said.messages.items[1].id, asked.answer.id);
    Ok(())
}

#[tokio::test]
async fn a_form_asks_several_models_at_once_and_stops_one_of_them() -> TestResult {
    for database in databases().await? {
        let app = TestApp::start_on(database).await?;
        let (lin, wang) = (app.user("lin").await?, app.user("wang").await?);
        let asked = lin.ask("背一首诗").await?;
        lin.ended_answer(asked.conversation).await?;
        app.titles_written(1).await?;
        let (id, question) = (
            asked.conversation.to_string(),
            asked.question.id.to_string(),
        );
        let page = format!("/c/{id}/compare/{question}");
        let way = lin.page(&format!("/c/{id}")).await?;
        assert!(way.contains(&page), "the question leads there: {way}");
        let subject = [("id", &*id), ("message", &*question)];
        let models = ["qwen-plus", "qwen3.5-plus", "qwen3-max", "qwen-flash"];
        let chosen = models.map(|model| ("models[]", model));
        for (more, is_named) in [(&[][..], false), (&[("models[]", "qwq-plus")][..], true)] {
            let named = if is_named { &chosen[..] } else { &[][..] };
            let unfit = [&subject[..], named, more].concat();
            let reply = lin
                .send_form("messages.compare_with", &unfit, &page)
                .await?;
            let problem = format!("{page}?problem=compare_unfit");
            assert_eq!(reply.header("location"), Some(&*problem));
        }
        let fields = [&subject[..], &chosen[..]].concat();
        let refused = wang.call("messages.compare_with", &fields).await?;
        assert_eq!(refused.failure()?, FailureCode::NotFound);

        for _ in models {
            app.simulator
                .next_answer(Script::words(["春", "眠"]).held_after(1));
        }
        let reply = lin
            .send_form("messages.compare_with", &fields, &page)
            .await?;
        assert_eq!(reply.header("location"), Some(&*page));
        app.upstream("four calls", |account| account.open_streams() == 4)
            .await?;
        let shown = lin.page(&page).await?;
        assert_eq!(shown.matches(r#"aria-busy="true""#).count(), 4, "{shown}");
        let meanwhile = lin.call("messages.compare_with", &fields).await?;
        assert_eq!(meanwhile.failure()?, FailureCode::AlreadyGenerating);

        let compared = async || {
            let reply = lin.call("messages.compare", &subject).await?;
            reply.json::<Comparison>()
        };
        let second = compared().await?.answers[2].id;
        let named = second.to_string();
        let stop = [("id", &*id), ("question", &*question), ("message", &*named)];
        let refused = wang.call("messages.stop_compared", &stop).await?;
        assert_eq!(refused.failure()?, FailureCode::NotFound);
        let reply = lin
            .send_form("messages.stop_compared", &stop, &page)
            .await?;
        assert_eq!(reply.header("location"), Some(&*page));
        app.upstream("three calls", |account| account.open_streams() == 3)
            .await?;
        app.release().await?;
        let ended = eventually("all ends", async || {
            let now = compared().await?;
            let mut answers = now.answers.iter();
            let is_written = answers.any(|it| it.status == MessageStatus::Generating);
            Ok((!is_written).then_some(now))
        })
        .await?;
        for answer in &ended.answers {
            let expected = if answer.id == second {
                MessageStatus::Stopped
            } else {
                MessageStatus::Complete
            };
            assert_eq!(answer.status, expected);
        }
        assert_eq!(ended.answers.len(), 5);
        assert_eq!(ended.costs.len(), 5, "each was booked by itself");
    }
    Ok(())
}
