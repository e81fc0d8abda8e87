//! What programs and pages speak outside `/rest` and the gateway: uploads that go on after a cut, and dictation. Neither is asked with
//! JSON, so each is described here by its headers.

use model::FailureCode;
use utoipa::{
    ToSchema,
    openapi::{
        Components, Content, HeaderBuilder, HttpMethod, KnownFormat, ObjectBuilder,
        OpenApi as Document, Ref, RefOr, Required, ResponseBuilder, Schema, SchemaFormat, Type,
        path::{Operation, OperationBuilder, Parameter, ParameterBuilder, ParameterIn},
        request_body::RequestBodyBuilder,
        security::{ApiKey, ApiKeyValue, SecurityRequirement, SecurityScheme},
    },
};

/// The name of the browser's session among the ways to be known.
const SESSION: &str = "session";
const NO_SCOPES: [&str; 0] = [];

/// A header: its name, whether it must be there, and what it says.
type Header = (&'static str, bool, &'static str);

const VERSION: Header = (
    "Tus-Resumable",
    true,
    "`1.0.0`; another version is answered with 412.",
);
const OFFSET: &str = "Upload-Offset";
const LENGTH: &str = "Upload-Length";
/// Instead of the length, where that is told later.
const DEFERRED: &str = "Upload-Defer-Length";

/// Of what is sent while it is made; ours, tus has none.
const RECORDED: &str = "Upload-Recorded";

/// What is told of an upload.
const TOLD: &[Header] = &[
    (OFFSET, true, "How many bytes have arrived."),
    (
        LENGTH,
        false,
        "How many there are to be, once that is told.",
    ),
    (DEFERRED, false, "`1` until the length is told."),
    (
        "Upload-Expires",
        true,
        "When it ends if nothing more arrives.",
    ),
    (
        "Upload-File",
        false,
        "The id of the file that it became, once it is whole.",
    ),
];

/// Puts them into the document.
pub(super) fn describe(document: &mut Document) {
    let components = document.components.get_or_insert_with(Components::new);
    let cookie = SecurityScheme::ApiKey(ApiKey::Cookie(ApiKeyValue::with_description(
        "__Host-liantai",
        "The session of somebody who signed in with this browser; without https it is called `liantai`.",
    )));
    components.add_security_scheme(SESSION, cookie);
    let paths = &mut document.paths;
    paths.add_path_operation("/uploads", vec![HttpMethod::Options], abilities());
    paths.add_path_operation("/uploads", vec![HttpMethod::Post], begin());
    paths.add_path_operation("/uploads/{id}", vec![HttpMethod::Head], far());
    paths.add_path_operation("/uploads/{id}", vec![HttpMethod::Patch], go_on());
    paths.add_path_operation("/uploads/{id}", vec![HttpMethod::Delete], end());
    paths.add_path_operation("/dictation", vec![HttpMethod::Get], dictation());
}

fn abilities() -> Operation {
    OperationBuilder::new()
        .tag("files")
        .summary(Some("Tells what is understood of tus."))
        .response(
            "204",
            told(
                "It is in the headers.",
                &[
                    ("Tus-Version", true, "The versions."),
                    (
                        "Tus-Extension",
                        true,
                        "`creation,creation-defer-length,expiration,termination`.",
                    ),
                    ("Tus-Max-Size", true, "The largest upload, in bytes."),
                ],
            ),
        )
        .build()
}

fn begin() -> Operation {
    let headers = [
        VERSION,
        (LENGTH, false, "How many bytes there are to be."),
        (
            DEFERRED,
            false,
            "`1` instead of the length: it is told later, with a piece.",
        ),
        (
            RECORDED,
            false,
            "Whatever it says, with a deferred length: it is a recording that is sent while it is made, and what came of it can be kept \
             if it breaks off.",
        ),
        (
            "Upload-Metadata",
            false,
            "`filename` and `filetype`, each with its value in Base64: `filename YS53YXY=,filetype YXVkaW8vd2F2`.",
        ),
    ];
    upload(
        "Begins an upload that goes on where it was cut, by tus 1.0.0. Needs `files.use`.",
    )
    .description(Some(
        "The length is reserved in the quota; a deferred one as it grows. Send the content with PATCH, in as many pieces as you like; ask with HEAD after a cut.",
    ))
    .parameters(Some(headers.map(header)))
    .response(
        "201",
        told(
            "It has begun.",
            &[
                ("Location", true, "Where it goes on: `/uploads/{id}`."),
                TOLD[0],
                TOLD[1],
                TOLD[2],
                TOLD[3],
            ],
        ),
    )
    .response("409", told("There is no room for it.", &[]))
    .response("413", told("It is larger than an upload may be.", &[]))
    .build()
}

fn far() -> Operation {
    upload("Tells how far an upload is. Needs `files.use`.")
        .parameter(id())
        .parameter(header(VERSION))
        .response("200", told("So far.", TOLD))
        .build()
}

fn go_on() -> Operation {
    let headers = [
        VERSION,
        (OFFSET, true, "Where the piece begins."),
        (
            LENGTH,
            false,
            "How many bytes there are to be, where that was deferred.",
        ),
        (
            RECORDED,
            false,
            "How much was recorded so far, in milliseconds, of what is sent while it is made.",
        ),
    ];
    let body = RequestBodyBuilder::new()
        .content("application/offset+octet-stream", content())
        .required(Some(Required::True))
        .build();
    upload("Takes more of an upload. Needs `files.use`.")
        .description(Some(
            "What arrives before a cut stays. With the last byte the upload becomes a file, or is refused for what is in it.",
        ))
        .parameter(id())
        .parameters(Some(headers.map(header)))
        .request_body(Some(body))
        .response("204", told("It arrived.", TOLD))
        .response(
            "409",
            told(
                "The upload goes on elsewhere.",
                &[(OFFSET, true, "Where it does.")],
            ),
        )
        .build()
}

fn end() -> Operation {
    upload("Ends an upload; what arrived is thrown away. Needs `files.use`.")
        .parameter(id())
        .parameter(header(VERSION))
        .response("204", told("It is gone.", &[]))
        .build()
}

fn dictation() -> Operation {
    let language = ParameterBuilder::new()
        .name("language")
        .parameter_in(ParameterIn::Query)
        .required(Required::False)
        .description(Some("`zh`, `en`, …; found out otherwise."))
        .schema(Some(text()))
        .build();
    let session = SecurityRequirement::new(SESSION, NO_SCOPES);
    OperationBuilder::new()
    .tag("works")
    .summary(Some("Writes down what is spoken while it is spoken, over a WebSocket. Needs `chat.use`."))
    .response("default", refusal())
    .description(Some(
        "For the pages of this site: it asks for the browser's session and an `Origin` of the site. Send sound as binary messages of \
         at most 16 KiB (16 kHz, 16 bits, one channel, little-endian, without a header), and the text `end` when there is no more. \
         Sentences come as they are understood, `{\"index\":1,\"text\":\"…\",\"final\":false}`: the same index again replaces what \
         came before until it is final. A refusal comes as `{\"failure\":\"…\"}`, with a code as problem details have it, before the \
         socket closes. Sound is charged by the second.",
    ))
    .parameter(language)
    .securities(Some([session]))
    .response("101", told("It listens.", &[]))
    .response("403", told("Another site's page asked.", &[]))
    .build()
}

/// Of uploads: for pages and programs.
fn upload(summary: &str) -> OperationBuilder {
    let known = ["bearer", "key", SESSION].map(|name| SecurityRequirement::new(name, NO_SCOPES));
    OperationBuilder::new()
        .tag("files")
        .summary(Some(summary))
        .securities(Some(known))
        .response("default", refusal())
}

/// Why not: a code by itself, and problem details where a credential was not taken.
fn refusal() -> ResponseBuilder {
    let code = Content::new(Some(Ref::from_schema_name(FailureCode::name())));
    let details = Content::new(Some(Ref::from_schema_name("Problem")));
    ResponseBuilder::new()
        .description("Why it was refused.")
        .content("text/plain", code)
        .content("application/problem+json", details)
}

fn text() -> RefOr<Schema> {
    ObjectBuilder::new().schema_type(Type::String).into()
}

fn content() -> Content {
    let binary = SchemaFormat::KnownFormat(KnownFormat::Binary);
    let schema: RefOr<Schema> = ObjectBuilder::new()
        .schema_type(Type::String)
        .format(Some(binary))
        .into();
    Content::new(Some(schema))
}

fn id() -> Parameter {
    ParameterBuilder::new()
        .name("id")
        .parameter_in(ParameterIn::Path)
        .required(Required::True)
        .description(Some("The upload."))
        .schema(Some(text()))
        .build()
}

fn header((name, is_needed, what): Header) -> Parameter {
    let required = if is_needed {
        Required::True
    } else {
        Required::False
    };
    ParameterBuilder::new()
        .name(name)
        .parameter_in(ParameterIn::Header)
        .required(required)
        .description(Some(what))
        .schema(Some(text()))
        .build()
}

fn told(what: &str, headers: &[Header]) -> ResponseBuilder {
    let mut response = ResponseBuilder::new().description(what);
    for (name, _, says) in headers {
        let header = HeaderBuilder::new()
            .schema(Some(text()))
            .description(Some(*says))
            .build();
        response = response.header(*name, header);
    }
    response
}
