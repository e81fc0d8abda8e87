//! What the gateway says, in the two languages.

use model::{BudgetPeriod, BudgetScope};
use platform::gateway::{BatchFault, LimitKind, Shortage, scan::ScanError};

/// What is always said the same way.
pub(super) struct Words {
    pub(super) no_model: &'static str,
    pub(super) not_found: &'static str,
    pub(super) away: &'static str,
    pub(super) two_accounts: &'static str,
    pub(super) elsewhere: &'static str,
    pub(super) no_route: &'static str,
    pub(super) quota: &'static str,
    pub(super) no_price: &'static str,
    pub(super) boundless: &'static str,
    pub(super) wrong_key: &'static str,
    pub(super) network: &'static str,
    pub(super) too_many: &'static str,
    pub(super) forbidden: &'static str,
    pub(super) credentials: &'static str,
    pub(super) unread: &'static str,
    pub(super) slow: &'static str,
    pub(super) unavailable: &'static str,
    pub(super) timeout: &'static str,
    pub(super) circuit: &'static str,
    pub(super) upstream: &'static str,
    pub(super) upstream_busy: &'static str,
    pub(super) upstream_declines: &'static str,
    pub(super) internal: &'static str,
    pub(super) upstream_refuses: &'static str,
    pub(super) answer_too_large: &'static str,
    pub(super) right_ended: &'static str,
    pub(super) leaving: &'static str,
    pub(super) no_line: &'static str,
    pub(super) once_key: &'static str,
    pub(super) once_other: &'static str,
    pub(super) once_busy: &'static str,
    pub(super) once_unknown: &'static str,
}

const EN: Words = Words {
    no_model: "The request names no model. Set \"model\" to one of those that /v1/models lists.",
    not_found: "There is no such task, file, batch or response of yours.",
    away: "What this request is about is in an account at the upstream that is not available at the moment. The operator has been told.",
    two_accounts: "The request refers to things in different accounts at the upstream, which can't be used together. Upload the files anew: what you upload goes to one account as long as that is available.",
    elsewhere: "The voice or the list of hot words is in another account at the upstream than the one that this connection leads to. Open a new connection and name it in the first message there (session.update or run-task): the connection then leads to that account.",
    no_route: "There is no such address here.",
    quota: "What your groups allow for today is used up. Ask an administrator for more, or come back tomorrow.",
    no_price: "A budget binds you, and the price of this call is not known. Ask an administrator to set the model's price.",
    boundless: "A budget binds you, and what the texts behind this address come to can't be known before. Send the texts themselves, or as a batch.",
    wrong_key: "The API key is wrong, has expired or was deleted. Make one in the settings and send it as \"Authorization: Bearer lt-…\".",
    network: "The API key may not be used from this network.",
    too_many: "Too many attempts. Wait a little.",
    forbidden: "The key or its owner may not call models. A key needs the scope \"gateway.use\".",
    credentials: "Send exactly one credential, in a header: \"Authorization: Bearer …\" or \"x-api-key: …\". A key in the address is refused.",
    unread: "The request's body could not be read to its end.",
    slow: "The request's body comes too slowly.",
    unavailable: "The gateway can't take the call right now. Try again.",
    timeout: "The upstream did not answer in time.",
    circuit: "The upstream failed repeatedly and gets a pause. Try again in some seconds.",
    upstream: "The upstream did not answer as it should.",
    upstream_busy: "The upstream has too much to do. Try again in a little while.",
    upstream_declines: "The upstream refuses the request, in words that can't be read.",
    internal: "Something went wrong here. What came of the request is not known.",
    upstream_refuses: "The service is not available at the moment. Its operator has been told.",
    answer_too_large: "The upstream's answer is larger than allowed.",
    right_ended: "The credential was ended while the answer ran.",
    leaving: "The server is being restarted, so the answer breaks off here. Send the request again if you want all of it.",
    no_line: "Only a WebSocket is opened here: send GET with the headers of its handshake.",
    once_key: "The Idempotency-Key must be one header of 1 to 255 characters.",
    once_other: "This Idempotency-Key was used for another request. Take a new one.",
    once_busy: "The request with this Idempotency-Key is being made. Ask again in a moment.",
    once_unknown: "The request with this Idempotency-Key broke off, and what came of it is not known. It is not made twice: take a new key if you want it made again.",
};

const ZH: Words = Words {
    no_model: "请求没有指定模型。请将 \"model\" 设为 /v1/models 列出的模型之一。",
    not_found: "没有属于你的这个任务、文件、批处理或响应。",
    away: "该请求所涉及的内容位于上游的一个账号中，该账号目前不可用，已通知运营者。",
    two_accounts: "该请求引用的内容分属上游的不同账号，无法一起使用。请重新上传文件：只要账号可用，你上传的内容会放在同一个账号中。",
    elsewhere: "该音色或热词表与当前连接不在上游的同一个账号中。请新建连接，并在第一条消息（session.update 或 run-task）中指定它：连接便会通往其所在的账号。",
    no_route: "这里没有这个地址。",
    quota: "你所在用户组今天的配额已用完。请联系管理员，或明天再来。",
    no_price: "你受预算约束，而此次调用的价格未知。请联系管理员设置该模型的价格。",
    boundless: "你受预算约束，而此地址中文本的用量无法预知。请直接发送文本，或使用批处理。",
    wrong_key: "API 密钥错误、已过期或已删除。请在设置中创建密钥，并以 \"Authorization: Bearer lt-…\" 发送。",
    network: "此 API 密钥不能在这个网络中使用。",
    too_many: "尝试次数过多，请稍候。",
    forbidden: "该密钥或其所有者不能调用模型。密钥需要 \"gateway.use\" 权限。",
    credentials: "请只发送一个凭证，并放在请求头中：\"Authorization: Bearer …\" 或 \"x-api-key: …\"。地址中的密钥会被拒绝。",
    unread: "请求体没有完整读到。",
    slow: "请求体传输过慢。",
    unavailable: "网关暂时无法处理此次调用，请重试。",
    timeout: "上游没有及时响应。",
    circuit: "上游连续失败，暂停片刻。请几秒后重试。",
    upstream: "上游没有正常响应。",
    upstream_busy: "上游繁忙，请稍后再试。",
    upstream_declines: "上游拒绝了该请求，但其说明无法读取。",
    internal: "服务器内部出错，请求的结果未知。",
    upstream_refuses: "服务暂不可用，已通知运营者。",
    answer_too_large: "上游的响应超过允许的大小。",
    right_ended: "响应过程中凭证已失效。",
    leaving: "服务器正在重启，响应到此中断。如需完整内容，请重新发送请求。",
    no_line: "此地址只接受 WebSocket：请以 GET 发送其握手请求头。",
    once_key: "Idempotency-Key 必须是一个 1 至 255 个字符的请求头。",
    once_other: "此 Idempotency-Key 已用于另一个请求，请换一个。",
    once_busy: "使用此 Idempotency-Key 的请求正在处理，请稍后再试。",
    once_unknown: "使用此 Idempotency-Key 的请求中断，结果未知，不会重复执行。如需重新执行，请换一个键。",
};

pub(super) const fn of(chinese: bool) -> &'static Words {
    if chinese { &ZH } else { &EN }
}

pub(super) fn overloaded(shortage: Shortage, chinese: bool) -> &'static str {
    match (shortage, chinese) {
        (Shortage::CallsAtOnce, false) => {
            "As many calls run as this server takes at once. Try again in a moment."
        }
        (Shortage::CallsAtOnce, true) => "同时进行的调用已达到服务器上限，请稍后重试。",
        (Shortage::Share, false) => {
            "As many calls with this key run as leave room for others. Try again when some have ended."
        }
        (Shortage::Share, true) => {
            "此密钥同时进行的调用过多，需为其他调用留出空间，请在部分调用结束后重试。"
        }
        (Shortage::Time | Shortage::Ledger | Shortage::Memory, false) => {
            "This server has too much to do at the moment. Try again in a moment."
        }
        (Shortage::Time | Shortage::Ledger | Shortage::Memory, true) => {
            "服务器当前过载，请稍后重试。"
        }
    }
}

pub(super) fn unknown_model(model: &str, chinese: bool) -> String {
    let model: String = model
        .chars()
        .filter(|c| !c.is_control())
        .take(100)
        .collect();
    if chinese {
        format!("模型 {model} 不存在，或你无权使用。可用模型见 /v1/models。")
    } else {
        format!(
            "The model {model} does not exist or is not yours to use. /v1/models lists those that are."
        )
    }
}

pub(super) fn request(error: &ScanError, chinese: bool) -> String {
    if !chinese {
        return format!("The request can't be taken: {error}.");
    }
    match error {
        ScanError::Malformed(_) => "请求体不是有效的 JSON 对象。".to_owned(),
        ScanError::Duplicate { field } => format!("字段 {field} 出现了两次。"),
        ScanError::WrongType { field, .. } => format!("字段 {field} 的类型不正确。"),
        ScanError::OutOfRange { field, least, most } => {
            format!("字段 {field} 超出范围：{least} 至 {most}。")
        }
    }
}

pub(super) fn batch_file(fault: BatchFault, chinese: bool) -> String {
    match (fault, chinese) {
        (BatchFault::Unread, false) => {
            "What this file can cost is not known. Upload it here once more, as a form with one \"file\" and the \"purpose\" batch, and take the new id.".to_owned()
        }
        (BatchFault::Unread, true) => {
            "无法得知此文件的费用上限。请以表单重新上传（一个 \"file\"，\"purpose\" 为 batch），并使用新的文件 ID。".to_owned()
        }
        (BatchFault::Empty, false) => "There is no request in the file.".to_owned(),
        (BatchFault::Empty, true) => "文件中没有请求。".to_owned(),
        (BatchFault::Line { number }, false) => format!(
            "Line {number} of the file is no request that can be read: it must be a JSON object whose \"body\" is a request and names its model."
        ),
        (BatchFault::Line { number }, true) => format!(
            "文件第 {number} 行不是可读取的请求：应为 JSON 对象，其 \"body\" 是指定了模型的请求。"
        ),
        (BatchFault::File { number }, false) => format!(
            "Line {number} of the file refers to an uploaded file (\"fileid://\"), which can't be had in batches here."
        ),
        (BatchFault::File { number }, true) => {
            format!("文件第 {number} 行引用了已上传的文件（\"fileid://\"），此处的批处理不支持。")
        }
        (BatchFault::Models, false) => {
            "The file asks several models. A batch has one: make a file for each.".to_owned()
        }
        (BatchFault::Models, true) => "文件中有多个模型。一个批处理只能使用一个模型，请分开上传。".to_owned(),
        (BatchFault::TooLarge, false) => {
            "The file has more than 50,000 requests, or a line of more than 6 MB.".to_owned()
        }
        (BatchFault::TooLarge, true) => "文件超过 50,000 个请求，或有一行超过 6 MB。".to_owned(),
    }
}

pub(super) fn unfit(error: &serde_json::Error, chinese: bool) -> String {
    if chinese {
        format!("无法读取请求：{error}。")
    } else {
        format!("The request can't be read: {error}.")
    }
}

pub(super) fn missing(field: &str, chinese: bool) -> String {
    if chinese {
        format!("缺少字段 {field}。")
    } else {
        format!("The field {field} is missing.")
    }
}

pub(super) fn twice(field: &str, chinese: bool) -> String {
    if chinese {
        format!("字段 {field} 只能出现一次。")
    } else {
        format!("The field {field} can stand only once.")
    }
}

pub(super) fn unreadable(field: &str, chinese: bool) -> String {
    if chinese {
        format!("字段 {field} 的值不正确。")
    } else {
        format!("The field {field} has a value that can't be taken.")
    }
}

/// A text is longer than what is reserved for it.
pub(super) fn too_much_spoken(most: u64, chinese: bool) -> String {
    if chinese {
        format!(
            "受预算约束时，每个任务最多合成 {most} 个字符（一个汉字计为两个）。请为其余文本另开任务。"
        )
    } else {
        format!(
            "Where a budget binds you, a task speaks {most} characters at most, a Chinese one counting as two. Begin another task for the rest."
        )
    }
}

/// More text waits to be spoken than is reserved for.
pub(super) fn too_much_unspoken(most: u64, chinese: bool) -> String {
    if chinese {
        format!(
            "受预算约束时，尚未合成的文本最多 {most} 个字符（一个汉字计为两个）。请待已提交的文本合成完毕后再发送其余文本。"
        )
    } else {
        format!(
            "Where a budget binds you, {most} characters may wait to be spoken at most, a Chinese one counting as two. Send the rest when what you gave is spoken."
        )
    }
}

pub(super) fn not_offered(field: &str, chinese: bool) -> String {
    if chinese {
        format!("{field} 的这个值在此不可用：百炼没有对应的功能。请去掉它，或使用百炼原生接口。")
    } else {
        format!(
            "This value of {field} can't be had: Bailian has no counterpart here. Leave it out, or use Bailian's native service."
        )
    }
}

pub(super) fn cache_life(most: u64, chinese: bool) -> String {
    if chinese {
        format!("x-liantai-cache 应为 1 至 {most} 秒，或以 0 表示不使用缓存。")
    } else {
        format!(
            "x-liantai-cache must be a number of seconds from 1 to {most}, or 0 for no cached answer."
        )
    }
}

pub(super) fn out_of_range(field: &str, least: u32, most: u32, chinese: bool) -> String {
    if chinese {
        format!("字段 {field} 超出范围：{least} 至 {most}。")
    } else {
        format!("The field {field} must be between {least} and {most}.")
    }
}

pub(super) fn no_size(chinese: bool) -> &'static str {
    if chinese {
        "size 应形如 1024x1024，或为 auto。"
    } else {
        "The size must be like 1024x1024, or auto."
    }
}

pub(super) fn no_form(chinese: bool) -> &'static str {
    if chinese {
        "请以 multipart/form-data 发送请求。"
    } else {
        "Send the request as multipart/form-data."
    }
}

pub(super) fn wrong_model(model: &str, chinese: bool) -> String {
    if chinese {
        format!("模型 {model} 不支持此接口。")
    } else {
        format!("The model {model} doesn't do what this address is for.")
    }
}

pub(super) fn no_mask(model: &str, chinese: bool) -> String {
    if chinese {
        format!("只有模型 {model} 支持 mask。")
    } else {
        format!("Only the model {model} takes a mask.")
    }
}

pub(super) fn only_forms(model: &str, forms: &str, chinese: bool) -> String {
    if chinese {
        format!("模型 {model} 只支持以下 response_format：{forms}。")
    } else {
        format!("The model {model} offers only these as response_format: {forms}.")
    }
}

pub(super) fn speed(model: &str, least: f64, most: f64, chinese: bool) -> String {
    if chinese {
        format!("模型 {model} 的 speed 应在 {least} 至 {most} 之间。")
    } else {
        format!("The model {model} speaks at a speed between {least} and {most}.")
    }
}

pub(super) fn too_large(limit: usize, chinese: bool) -> String {
    if chinese {
        format!("请求体超过 {limit} 字节。")
    } else {
        format!("The request's body is larger than {limit} bytes.")
    }
}

fn who(scope: BudgetScope, chinese: bool) -> &'static str {
    match (scope, chinese) {
        (BudgetScope::Key, false) => "this API key",
        (BudgetScope::User, false) => "your account",
        (BudgetScope::Group, false) => "your group",
        (BudgetScope::Site, false) => "this site",
        (BudgetScope::Key, true) => "此 API 密钥",
        (BudgetScope::User, true) => "你的账号",
        (BudgetScope::Group, true) => "你的用户组",
        (BudgetScope::Site, true) => "本站",
    }
}

pub(super) fn throttled(scope: BudgetScope, kind: LimitKind, limit: i64, chinese: bool) -> String {
    let who = who(scope, chinese);
    match (kind, chinese) {
        (LimitKind::Requests, false) => {
            format!("The limit of {who} is reached: {limit} requests a minute.")
        }
        (LimitKind::Tokens, false) => {
            format!("The limit of {who} is reached: {limit} tokens a minute.")
        }
        (LimitKind::AtOnce, false) => {
            format!("The limit of {who} is reached: {limit} requests at once.")
        }
        (LimitKind::Requests, true) => format!("已达到{who}的限制：每分钟 {limit} 次请求。"),
        (LimitKind::Tokens, true) => format!("已达到{who}的限制：每分钟 {limit} 个 Token。"),
        (LimitKind::AtOnce, true) => format!("已达到{who}的限制：同时 {limit} 个请求。"),
    }
}

pub(super) fn over_budget(scope: BudgetScope, period: BudgetPeriod, chinese: bool) -> String {
    let who = who(scope, chinese);
    match (period, chinese) {
        (BudgetPeriod::Day, false) => {
            format!("The call could cost more than is left of the day's budget of {who}.")
        }
        (BudgetPeriod::Month, false) => {
            format!("The call could cost more than is left of the month's budget of {who}.")
        }
        (BudgetPeriod::Total, false) => {
            format!("The call could cost more than is left of the budget of {who}.")
        }
        (BudgetPeriod::Day, true) => format!("此次调用的费用可能超过{who}当日预算的余额。"),
        (BudgetPeriod::Month, true) => format!("此次调用的费用可能超过{who}当月预算的余额。"),
        (BudgetPeriod::Total, true) => format!("此次调用的费用可能超过{who}预算的余额。"),
    }
}
