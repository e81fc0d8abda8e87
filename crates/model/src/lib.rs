//! What browser and server both know: ids, newtypes that are valid by construction, and the shapes
//! that travel between them. Nothing here does I/O, so it compiles to WASM in seconds.

pub mod access;
pub mod account;
pub mod answer_wish;
pub mod assistant;
pub mod attachment;
pub mod audit;
pub mod budget;
pub mod call;
pub mod compare;
pub mod conversation;
pub mod csv;
pub mod details;
pub mod diagram;
pub mod document;
pub mod estimate;
pub mod failure;
pub mod file;
pub mod folder;
pub mod generation;
pub mod habits;
pub mod hundredths;
pub mod id;
pub mod import;
pub mod instructions;
pub mod invisible;
pub mod job;
pub mod key_line;
pub mod library;
pub mod message;
#[cfg(feature = "openapi")]
mod openapi;
pub mod order;
pub mod page;
pub mod parameters;
pub mod people;
pub mod queue;
pub mod rating;
pub mod related;
pub mod remembered;
pub mod route;
pub mod saved_prompt;
pub mod search;
pub mod security;
pub mod share;
pub mod template;
pub mod time;
pub mod tool;
pub mod tool_server;
pub mod transcript;
pub mod usage;
pub mod work;

pub use access::{BuiltIn, Permission, PermissionSet, Rank};
pub use account::{
    Account, DisplayName, Email, Factor, Lacking, Password, ProviderChoice, RegistrationMode,
    Session,
};
pub use answer_wish::AnswerWish;
pub use assistant::{
    AnsweringAssistant, ApplicationId, AskedAssistant, Assistant, AssistantCard, AssistantDraft,
    AssistantGallery, AssistantKey, AssistantPicture, AssistantSnapshot, AssistantView, Audience,
    DocumentReference, Given,
};
pub use attachment::{Attachment, AttachmentKind};
pub use audit::{AuditEntry, AuditFilter, AuditOutcome};
pub use budget::{Budget, BudgetLine, BudgetPeriod, BudgetScope};
pub use call::{Call, CallFilter, CallOutcome, CallUsage, Operation, Protocol, UsageSource};
pub use compare::Comparison;
pub use conversation::{
    ConversationForm, ConversationSummary, ConversationView, DayGroup, ModelName, Prompt, Title,
};
pub use details::{MessageDetails, MessageRun, RunCall, RunSum};
pub use diagram::{DiagramSource, Drawing};
pub use document::{DocumentText, DocumentView, Unread};
pub use estimate::{ContextUse, EstimateBase};
pub use failure::FailureCode;
pub use file::{FileFilter, FileKind, FileName, FileView, Medium, StorageUsed};
pub use folder::{Cabinet, Filing, Folder, FolderName, Narrowed, ShelfLine, Tag, TagName};
pub use generation::{BlockChange, ConversationEvent, Progress};
pub use habits::{Density, Habits, SendKey, TextSize};
pub use hundredths::Hundredths;
pub use id::{
    ApiKeyId, AssistantId, CallId, ConversationId, FactId, FamilyId, FileId, FolderId,
    GenerationId, GroupId, ImportId, InvitationId, JobId, LinkId, MessageId, PasskeyId, PromptId,
    RoleId, SessionId, ShareId, SigningKeyId, SubmissionId, TagId, ToolCallId, ToolServerId,
    TranscriptId, UploadId, UserId, WorkId,
};
pub use import::{
    ImportEnd, ImportFormat, ImportLine, ImportOutcome, ImportReport, LeftOut, LeftOutCount,
};
pub use instructions::Instructions;
pub use invisible::Stretch;
pub use job::{JobFailure, JobFilter, JobKind, JobLine, JobState};
pub use key_line::{KeyFilter, KeyLine, KeyOrder, KeyState};
pub use library::{
    LibraryDeleted, LibraryDiscarded, LibraryFile, LibraryFilter, LibraryId, LibraryItem,
    LibraryKind,
};
pub use message::{
    AnswerFailure, Asked, Branch, MessagePage, MessageStatus, MessageView, ModelChoice, Speaker,
};
pub use order::{ConversationAct, Shelf};
pub use page::Page;
pub use parameters::{
    Abilities, Parameters, ParametersDraft, ParametersView, Sent, Switch, Switches, ThinkingAbility,
};
pub use people::{
    BulkOutcome, Group, GroupDetail, GroupDraft, GroupRates, Invitation, InvitationDraft,
    NewInvitation, Person, PersonDetail, PersonFilter, PersonState, Quota, Role, RoleDraft,
    RoleRef,
};
pub use queue::{Draft, Queue, QueuedMessage};
pub use rating::{Comment, InvalidComment, Rating, RatingLine, RatingSum, Ratings};
pub use related::{Related, RelatedState};
pub use remembered::{Fact, FactText, Remembered};
pub use route::ModelRoute;
pub use saved_prompt::{PromptName, PromptText, SavedPrompt};
pub use search::{FoundMessage, Piece, SearchHit, SearchResults};
pub use security::{
    ApiKey, ApiKeyDraft, ApiKeySecret, LinkedAccount, Passkey, Profile, ProfileDraft,
    RecoveryCodes, SecurityOverview, SessionRef, SessionSummary, TotpEnrolment,
};
pub use share::{
    NewShare, Share, ShareLife, SharePreview, Shareable, Shared, SharedContent, SharedConversation,
    SharedFile, SharedKind, SharedMessage, SharedSentence, SharedTranscript, SharedWork,
};
pub use time::Millis;
pub use tool::{
    BuiltInTool, ToolCallState, ToolCallView, ToolChoices, ToolName, ToolOffer, ToolsChosen,
};
pub use tool_server::{ServerTool, ToolServer, ToolServerDraft, ToolServerName};
pub use usage::{
    CallLine, UsageBand, UsageBy, UsageChoices, UsageDay, UsageQuery, UsageReport, UsageShare,
    UsageSum,
};
pub use work::{
    EditFunction, ImageEdit, ImageModel, ImageWish, Making, MakingStep, Offers, Pixels,
    SpeechFormat, SpeechModel, SpeechWish, VideoModel, VideoWish, Voice, Wish, WorkFilter,
    WorkView,
};
