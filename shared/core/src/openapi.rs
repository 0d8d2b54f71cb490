//! How the types of this crate look in an `OpenAPI` description.

use crate::{
    Access, AccessLevel, AccountId, AccountName, Algorithm, Day, DecisionCode, EnvironmentName,
    FolderId, FolderRef, GroupId, IpRule, IpRules, KindName, Label, Metadata, ModelId, OriginRule,
    OriginRules, ParentId, Path, Principal, PrincipalName, PublicText, Scope, ScopeSet,
    ServiceAccountId, ShareId, TokenId, TokenName, UnixSeconds, UserId, WrittenOriginRule,
    WrittenScope,
};
use std::borrow::Cow;
use utoipa::openapi::schema::{
    AdditionalProperties, ArrayBuilder, KnownFormat, ObjectBuilder, OneOfBuilder, SchemaFormat,
    SchemaType, Type,
};
use utoipa::openapi::{RefOr, Schema};
use utoipa::{PartialSchema, ToSchema};

fn text(description: &str, example: &str) -> ObjectBuilder {
    ObjectBuilder::new()
        .schema_type(SchemaType::new(Type::String))
        .description(Some(description))
        .examples([example])
}

/// A text of this form, whole; the pattern stays within what Rust, Python and ECMAScript (ECMA-262,
/// with `u`) read alike.
fn form(description: &str, example: &str, pattern: &str) -> ObjectBuilder {
    text(description, example).pattern(Some(format!("^(?:{pattern})$")))
}

/// A text of a form that no pattern can say, by a name for that form.
fn rule(format: &str, description: &str, example: &str) -> ObjectBuilder {
    text(description, example).format(Some(SchemaFormat::Custom(format.to_owned())))
}

/// A pattern of the ids behind each of these prefixes, such as `usr|grp`.
///
/// 22 digits in base62 are a little more than 128 bits: the largest is `7n42DGM5Tflk9n8mt7Fhc7`. The
/// pattern follows it for six digits; of all ids, one in 10^10 lies between there and the largest.
#[must_use]
pub fn id_pattern(prefixes: &str) -> String {
    format!(
        "(?:{prefixes})_(?:[0-6][0-9A-Za-z]{{21}}|7[0-9A-Za-m][0-9A-Za-z]{{20}}\
         |7n[0-3][0-9A-Za-z]{{19}}|7n4[01][0-9A-Za-z]{{18}}|7n42[0-9A-C][0-9A-Za-z]{{17}}\
         |7n42D[0-9A-F][0-9A-Za-z]{{16}})"
    )
}

/// The id of one type of thing.
fn id_of(prefix: &str, description: &str) -> ObjectBuilder {
    let example = format!("{prefix}_1dAEYW5mbjYvRwZ7c7pOB6");
    form(description, &example, &id_pattern(prefix))
}

/// One half of an environment's name, an account's name, or a service account's.
const LABEL: &str = "[0-9A-Za-z][0-9A-Za-z._-]{0,63}";

/// A letter, then letters and digits: a kind, a level of access, the parts of a scope.
const NAME: &str = "[A-Za-z][0-9A-Za-z]*";

/// 1 to 64 characters, and neither `.` nor `..`.
const SEGMENT: &str = "(?:[0-9A-Za-z_~-][0-9A-Za-z._~-]{0,63}\
     |[.][0-9A-Za-z_~-][0-9A-Za-z._~-]{0,62}|[.][.][0-9A-Za-z._~-]{1,62})";

fn path() -> String {
    format!("{SEGMENT}(?:/{SEGMENT}){{0,15}}")
}

/// A name with no character that cannot be seen, and at least one that is not blank.
fn name(description: &str, example: &str) -> ObjectBuilder {
    // Joiners and variation selector 16 may stand where a language or an emoji needs them.
    const UNSEEN: &str = "\\u0000-\\u001f\\u007f-\\u009f\\u00ad\\u034f\\u061c\\u115f\\u1160\\u17b4\\u17b5\\u180b-\\u180f\
         \\u200b\\u200e\\u200f\\u2028-\\u202e\\u2060-\\u206f\\u2800\\u3164\\ufe00-\\ufe0e\\ufeff\\uffa0\\ufff0-\\ufffb\
         \u{e0000}-\u{e0fff}";
    form(
        description,
        example,
        &format!("[^{UNSEEN}]*[^{UNSEEN}\\s][^{UNSEEN}]*"),
    )
    .min_length(Some(1))
    .max_length(Some(100))
}

/// `resource:action` or `resource:action@path`.
fn scope_text(example: &str) -> ObjectBuilder {
    let pattern = format!("{NAME}:(?:[*]|{NAME})(?:@{})?", path());
    form(
        "`resource:action` or `resource:action@path`.",
        example,
        &pattern,
    )
    .max_length(Some(512))
}

/// Archilogic's own way to write a scope.
fn scope_object() -> ObjectBuilder {
    let part = |example, pattern: &str| form("A part of the text.", example, pattern);
    let action = format!("[*]|{NAME}");
    ObjectBuilder::new()
        .property("resource", part("floor", NAME).max_length(Some(100)))
        .property("action", part("readPrivate", &action).max_length(Some(100)))
        .property("path", part("floor/7", &path()).max_length(Some(300)))
        .required("resource")
        .required("action")
        .additional_properties(Some(AdditionalProperties::<Schema>::FreeForm(false)))
}

macro_rules! schema {
    ($($name:ident = $schema:expr;)*) => {$(
        impl PartialSchema for $name {
            fn schema() -> RefOr<Schema> {
                RefOr::T(Schema::from($schema))
            }
        }

        impl ToSchema for $name {
            fn name() -> Cow<'static, str> {
                Cow::Borrowed(stringify!($name))
            }
        }
    )*};
}

schema! {
    AccountId = id_of("acc", "An account's id.");
    UserId = id_of("usr", "A user's id.");
    ServiceAccountId = id_of("svc", "A service account's id.");
    GroupId = id_of("grp", "A group's id.");
    FolderId = id_of("fld", "A folder's id.");
    ShareId = id_of("shr", "A share's id.");
    TokenId = id_of("tok", "An opaque token's id.");
    ParentId = form("What a JWT was derived from and dies with: a token or a share.", "tok_1dAEYW5mbjYvRwZ7c7pOB6", &id_pattern("tok|shr"));
    Principal = form("Who a token speaks for: the account itself, a user or a service account.", "usr_1dAEYW5mbjYvRwZ7c7pOB6", &id_pattern("acc|usr|svc"));
    AccountName = form("An account's unique name, compared in lower case.", "acme", LABEL);
    EnvironmentName = form("`app/env`: a closed universe inside an account.", "default/live", &format!("{LABEL}/{LABEL}"));
    PrincipalName = text("What a user or service account is called.", "ada@example.com");
    Label = text("What a log calls whom the token speaks for: a user's name, or `{account}_{app}_{env}`. As it was when the token was made.", "acme_default_live");
    TokenName = name("A name people choose: 1 to 100 characters that can be seen.", "my site");
    KindName = form("A kind of the catalog.", "publishable", NAME);
    ModelId = form("A model's id, the platform's own: one segment of a path.", "model-7", SEGMENT);
    Path = form("A path in the platform's tree.", "folder/42/model/7", &path());
    FolderRef = form("A folder: its id, `public`, or a user's id for the user's own folder.", "fld_1dAEYW5mbjYvRwZ7c7pOB6", &format!("public|{}", id_pattern("fld|usr")));
    Day = form("A day in UTC.", "2026-11-22", "(?:19[7-9][0-9]|[2-9][0-9]{3})-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12][0-9]|3[01])").format(Some(SchemaFormat::KnownFormat(KnownFormat::Date)));
    Algorithm = text("What a key signs with (RFC 7518).", "ES256");
    Access = ObjectBuilder::new()
        .schema_type(SchemaType::new(Type::Object))
        .description(Some("The level of access at each path; it holds below the path, too."))
        .additional_properties(Some(AccessLevel::schema()));
    AccessLevel = form("A level of access of the catalog.", "read", NAME);
    OriginRule = text("`https://host[:port]`, `https://*.host`, an origin of this machine, or the exact origin of an app shell or extension.", "https://*.example.com");
    WrittenOriginRule = rule("origin-rule", "`https://host[:port]` or `https://*.host`; `host` and `*.host` stand for https. Of this machine `http://localhost`, `http://*.localhost`, `http://127.0.0.1` and `http://[::1]`, each for itself, with `:port`, `:*` (any port) or none, and with or without `http://`. Of app shells and extensions the exact origin: `capacitor://`, `ionic://`, `tauri://`, `app://`, `chrome-extension://`, `moz-extension://` or `safari-web-extension://` and a name. It binds browsers, which send their Origin truthfully, and nobody else: anything but a browser can write any Origin. Of apps and extensions, only an extension's id identifies anybody: `capacitor://localhost` is every app that is built so.", "https://example.com");
    IpRule = rule("ip-rule", "An address or a block of them (CIDR).", "203.0.113.0/24");
    Scope = scope_text("floor:readPrivate@floor/7");
    WrittenScope = OneOfBuilder::new()
        .item(scope_text("floor:readPrivate"))
        .item(scope_object())
        .description(Some("A scope, as a text or in its parts."));
    PublicText = text("The text of a public kind's token.", "pk_…");
    ScopeSet = ArrayBuilder::new().items(Scope::schema());
    OriginRules = ArrayBuilder::new().items(OriginRule::schema());
    IpRules = ArrayBuilder::new().items(IpRule::schema());
    UnixSeconds = ObjectBuilder::new()
        .schema_type(SchemaType::new(Type::Integer))
        .description(Some("A moment, in Unix seconds."))
        .minimum(Some(0))
        .examples([1_800_000_000_u64]);
    Metadata = ObjectBuilder::new()
        .schema_type(SchemaType::new(Type::Object))
        .description(Some("Up to 32 texts under names of your own, 4,096 bytes in all."))
        .additional_properties(Some(String::schema()))
        .property_names(Some(ObjectBuilder::new().min_length(Some(1))))
        .max_properties(Some(32));
    DecisionCode = text("Why a token is or is not valid. They are checked in this order, but for a removed user or service account, whose `parent_revoked` comes after the parent's other states: `malformed`, `unknown`, `revoked`, `disabled`, `expired`, `not_yet_valid`, `parent_revoked`, `parent_expired`, `parent_disabled`, `environment_mismatch`, `origin_denied`, `ip_denied`, `insufficient_scope`, `active`.", "active");
}
