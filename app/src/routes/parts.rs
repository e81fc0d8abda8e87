//! Pages that are not on the way to a chat. Each kind of them is a part of the module of its own, which a browser loads when it first
//! opens one: whoever only chats never does.

use leptos::{prelude::*, wasm_split::wasm_split};
use leptos_router::ChooseView;

use crate::{
    error::AppError,
    pages::{
        admin::{
            Administration, AdministrationIndex, AuditPage, BudgetsPage, GroupPage, GroupsPage,
            InvitationsPage, JobsPage, ModelNamesPage, NewGroupPage, NewRolePage, NewUserPage,
            RatingsPage, RolePage, RolesPage, SiteKeysPage, SiteUsagePage, ToolServersPage,
            UserPage, UsersPage,
        },
        assistants::{AssistantPage, AssistantsPage, NewAssistantPage},
        chat::LoadFailed,
        compare::ComparePage,
        conversations::{ConversationsPage, FilingPage},
        diagram::DiagramPanel,
        document::DocumentPage,
        estimate::EstimatePanel,
        factor::FactorPage,
        images::ImagesPage,
        library::LibraryPage,
        login::LoginPage,
        made::MadePanel,
        parameters::{ParametersPage, ParametersPanel},
        playground::PlaygroundPage,
        prompts::{PromptPage, PromptPicker, PromptsPage},
        queue::{QueuePage, QueuePanel},
        recovery::{ForgotPage, ResetPage},
        register::RegisterPage,
        search::SearchPage,
        settings::{
            AppearancePage, ConfirmPage, ImportPage, InstructionsPage, KeyPage, KeysPage,
            MemoryPage, PrivacyPage, ProfilePage, SecurityPage, Settings, SharesPage, TotpPage,
        },
        setup::SetupPage,
        shared::SharedPage,
        speech::SpeechPage,
        transcripts::{TranscriptPage, TranscriptsPage},
        usage::UsagePage,
        verify::VerifyPage,
        videos::VideosPage,
    },
    works::aloud::ReadAloud,
};

/// The part is not there: the network is away, or another version of the product has taken this one's place meanwhile.
pub(super) struct Missing;

impl From<leptos::wasm_split::SplitLoaderError> for Missing {
    fn from(_: leptos::wasm_split::SplitLoaderError) -> Self {
        Self
    }
}

/// Defines a part: the pages that are in it, and the function that loads it.
macro_rules! part {
    ($(#[$doc:meta])* $part:ident in $module:ident, preloaded by $preload:ident { $($page:ident => $view:ident,)+ }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug)]
        pub enum $part {
            $(
                #[doc = concat!("[`", stringify!($view), "`]")]
                $page,
            )+
        }

        #[wasm_split($module, wasm_split_path = ::leptos::wasm_split, preload($preload), fallible)]
        fn $module(page: $part) -> Result<AnyView, Missing> {
            Ok(match page {
                $($part::$page => view! { <$view/> }.into_any(),)+
            })
        }

        impl ChooseView for $part {
            async fn choose(self) -> AnyView {
                match $module(self).await {
                    Ok(view) => view,
                    Err(Missing) => view! { <LoadFailed error=AppError::new(model::FailureCode::Overloaded)/> }.into_any(),
                }
            }

            async fn preload(&self) {
                // What fails here fails again where it is needed, and is told there.
                let _loaded = $preload().await;
            }
        }
    };
}

part! {
    /// Ways in, and what is seen without an account.
    Entrance in entrance, preloaded by preload_entrance {
        Login => LoginPage,
        Factor => FactorPage,
        Forgot => ForgotPage,
        Reset => ResetPage,
        Verify => VerifyPage,
        Register => RegisterPage,
        Setup => SetupPage,
        Shared => SharedPage,
    }
}

part! {
    /// What is made, and kept.
    Studio in studio, preloaded by preload_studio {
        Images => ImagesPage,
        Videos => VideosPage,
        Speech => SpeechPage,
        Library => LibraryPage,
        Transcripts => TranscriptsPage,
        Transcript => TranscriptPage,
    }
}

part! {
    /// What people set for themselves and see of what they used; finding and keeping order among conversations; what the chat
    /// shows seldom.
    Own in own, preloaded by preload_own {
        Frame => Settings,
        Profile => ProfilePage,
        Security => SecurityPage,
        Totp => TotpPage,
        Keys => KeysPage,
        Key => KeyPage,
        Appearance => AppearancePage,
        Privacy => PrivacyPage,
        Confirm => ConfirmPage,
        Playground => PlaygroundPage,
        Usage => UsagePage,
        Shares => SharesPage,
        Import => ImportPage,
        Conversations => ConversationsPage,
        Filing => FilingPage,
        Document => DocumentPage,
        Search => SearchPage,
        Instructions => InstructionsPage,
        Memory => MemoryPage,
        Parameters => ParametersPage,
        ParametersPanel => ParametersPanel,
        Assistants => AssistantsPage,
        NewAssistant => NewAssistantPage,
        Assistant => AssistantPage,
        Prompts => PromptsPage,
        Prompt => PromptPage,
        PromptPicker => PromptPicker,
        ReadAloud => ReadAloud,
        Queue => QueuePage,
        QueuePanel => QueuePanel,
        EstimatePanel => EstimatePanel,
        DiagramPanel => DiagramPanel,
        MadePanel => MadePanel,
        Compare => ComparePage,
    }
}

impl Own {
    /// Its view, or nothing where the part can't be had.
    pub async fn load(self) -> Option<AnyView> {
        own(self).await.ok()
    }
}

part! {
    /// `/admin` and below.
    Site in site, preloaded by preload_site {
        Frame => Administration,
        Index => AdministrationIndex,
        Users => UsersPage,
        NewUser => NewUserPage,
        User => UserPage,
        Invitations => InvitationsPage,
        Groups => GroupsPage,
        NewGroup => NewGroupPage,
        Group => GroupPage,
        Roles => RolesPage,
        NewRole => NewRolePage,
        Role => RolePage,
        Keys => SiteKeysPage,
        Usage => SiteUsagePage,
        Budgets => BudgetsPage,
        ModelNames => ModelNamesPage,
        Tools => ToolServersPage,
        Ratings => RatingsPage,
        Jobs => JobsPage,
        Audit => AuditPage,
    }
}
