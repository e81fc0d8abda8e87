//! What the OpenAPI document says of the whole.

use model::FailureCode;
use utoipa::{
    OpenApi, PartialSchema, ToSchema,
    openapi::{
        Components, ContentBuilder, OpenApi as Document, Ref, RefOr, ResponseBuilder,
        path::{Operation, PathItem},
        security::{
            ApiKey, ApiKeyValue, Http, HttpAuthScheme, SecurityRequirement, SecurityScheme,
        },
    },
};

use super::problem::Details;

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Liantai",
        description = "Accounts, access and administration. A credential goes into a header: an access token or an API key \
                       as `Authorization: Bearer …`, an API key also as `X-API-Key`. Sensitive calls need an access token \
                       whose device signed in within the last ten minutes. Failures are problem details (RFC 9457) in \
                       English or Chinese, as `Accept-Language` says. Times are milliseconds since 1970 in UTC.",
        license(name = "Apache-2.0", identifier = "Apache-2.0"),
        version = "1"
    ),
    tags(
        (name = "auth", description = "Getting tokens, changing them for new ones, ending them."),
        (name = "me", description = "One's own account. API keys are not let near it."),
        (name = "users", description = "People."),
        (name = "groups", description = "Groups of people."),
        (name = "roles", description = "What people may do."),
        (name = "invitations", description = "Invitations to make an account."),
        (name = "audit", description = "What was done, by whom and to what."),
        (name = "assistants", description = "Assistants: instructions with a name, a model, parameters, tools and questions to begin with; one's own, shared ones, and those that everybody has."),
        (name = "prompts", description = "Prompts that one keeps, to be called by name."),
        (name = "works", description = "Images, videos and speech: what is wished for, how it goes, what was made. Costs are in micro-yuan."),
        (name = "library", description = "All that one keeps in one list: works, transcripts and uploaded files."),
        (name = "jobs", description = "What is being made for everybody, for administrators. Costs are in micro-yuan."),
        (name = "files", description = "What one keeps: uploads, and works that models made. Large files come by the tus protocol at `/uploads`."),
        (name = "transcripts", description = "Recordings as text: with times and voices, chapters, summary and translations. Costs are in micro-yuan."),
        (name = "shares", description = "Links by which people without an account see one work, file, transcript or conversation."),
        (name = "usage", description = "What was used and what it cost. Costs are in micro-yuan."),
        (name = "gateway", description = "What may be spent, and which models stand behind which names. Amounts are in micro-yuan.")
    )
)]
struct Base;

/// The document before the routes.
pub(super) fn begin() -> Document {
    let mut document = Base::openapi();
    // Where it is served is where it is.
    document.servers = None;
    document
}

/// What holds for all routes: how failures look, and that all but the first need a credential.
pub(super) fn complete(document: &mut Document) {
    let components = document.components.get_or_insert_with(Components::new);
    for (name, scheme) in [("bearer", bearer()), ("key", key())] {
        components.add_security_scheme(name, scheme);
    }
    let schemas = &mut components.schemas;
    schemas.insert("Problem".to_owned(), Details::schema());
    schemas.insert(FailureCode::name().into_owned(), FailureCode::schema());
    schemas.insert(model::Factor::name().into_owned(), model::Factor::schema());
    for (path, item) in &mut document.paths.paths {
        let is_open = path.starts_with("/rest/v1/auth/");
        for operation in operations(item) {
            let problem = RefOr::T(problem());
            let responses = &mut operation.responses.responses;
            responses.insert("default".to_owned(), problem);
            operation.security = (!is_open).then(needed);
        }
    }
}

fn operations(item: &mut PathItem) -> impl Iterator<Item = &mut Operation> {
    let PathItem {
        get,
        put,
        post,
        delete,
        patch,
        ..
    } = item;
    [get, put, post, delete, patch].into_iter().flatten()
}

fn problem() -> utoipa::openapi::Response {
    let content = ContentBuilder::new()
        .schema(Some(Ref::from_schema_name("Problem")))
        .build();
    ResponseBuilder::new()
        .description("Why it was refused.")
        .content("application/problem+json", content)
        .build()
}

fn needed() -> Vec<SecurityRequirement> {
    let none: [&str; 0] = [];
    ["bearer", "key"]
        .map(|name| SecurityRequirement::new(name, none))
        .to_vec()
}

fn bearer() -> SecurityScheme {
    SecurityScheme::Http(Http::new(HttpAuthScheme::Bearer))
}

fn key() -> SecurityScheme {
    SecurityScheme::ApiKey(ApiKey::Header(ApiKeyValue::new("X-API-Key")))
}
