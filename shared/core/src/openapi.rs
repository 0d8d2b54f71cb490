//! How the types of this crate look in an `OpenAPI` description.

use crate::{
    Access, AccessLevel, AccountId, AccountName, Algorithm, Day, DecisionCode, EnvironmentName,
    FolderId, FolderRef, GroupId, IpRule, IpRules, KindName, Metadata, ModelId, OriginRule,
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

/// Archilogic's own way to write a scope.
fn scope_object() -> ObjectBuilder {
    let part = |example| text("A part of the text.", example);
    ObjectBuilder::new()
        .property("resource", part("floor"))
        .property("action", part("readPrivate"))
        .property("path", part("floor/7"))
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
    AccountId = text("An account's id.", "acc_1dAEYW5mbjYvRwZ7c7pOB6");
    UserId = text("A user's id.", "usr_1dAEYW5mbjYvRwZ7c7pOB6");
    ServiceAccountId = text("A service account's id.", "svc_1dAEYW5mbjYvRwZ7c7pOB6");
    GroupId = text("A group's id.", "grp_1dAEYW5mbjYvRwZ7c7pOB6");
    FolderId = text("A folder's id.", "fld_1dAEYW5mbjYvRwZ7c7pOB6");
    ShareId = text("A share's id.", "shr_1dAEYW5mbjYvRwZ7c7pOB6");
    TokenId = text("An opaque token's id.", "tok_1dAEYW5mbjYvRwZ7c7pOB6");
    ParentId = text("What a JWT was derived from and dies with: a token or a share.", "tok_1dAEYW5mbjYvRwZ7c7pOB6");
    Principal = text("Who a token speaks for: the account itself, a user or a service account.", "usr_1dAEYW5mbjYvRwZ7c7pOB6");
    AccountName = text("An account's unique name, compared in lower case.", "acme");
    EnvironmentName = text("`app/env`: a closed universe inside an account.", "default/live");
    PrincipalName = text("What a user or service account is called.", "ada@example.com");
    TokenName = text("A name people choose: 1 to 100 characters that can be seen.", "my site");
    KindName = text("A kind of the catalog.", "publishable");
    ModelId = text("A model's id, the platform's own: one segment of a path.", "model-7");
    Path = text("A path in the platform's tree.", "folder/42/model/7");
    FolderRef = text("A folder: its id, `public`, or a user's id for the user's own folder.", "fld_1dAEYW5mbjYvRwZ7c7pOB6");
    Day = text("A day in UTC.", "2026-11-22").format(Some(SchemaFormat::KnownFormat(KnownFormat::Date)));
    Algorithm = text("What a key signs with (RFC 7518).", "ES256");
    Access = ObjectBuilder::new()
        .schema_type(SchemaType::new(Type::Object))
        .description(Some("The level of access at each path; it holds below the path, too."))
        .additional_properties(Some(AccessLevel::schema()));
    AccessLevel = text("A level of access of the catalog.", "read");
    OriginRule = text("`https://host[:port]` or `https://*.host`.", "https://*.example.com");
    WrittenOriginRule = text("`https://host[:port]`, `https://*.host`, `http://localhost[:port]`; `host` and `*.host` stand for https. It binds browsers, which send their Origin truthfully, and nobody else: anything but a browser can write any Origin.", "https://example.com");
    IpRule = text("An address or a block of them (CIDR).", "203.0.113.0/24");
    Scope = text("`resource:action` or `resource:action@path`.", "floor:readPrivate@floor/7");
    WrittenScope = OneOfBuilder::new()
        .item(text("`resource:action` or `resource:action@path`.", "floor:readPrivate"))
        .item(scope_object())
        .description(Some("A scope, as a text or in its parts."));
    PublicText = text("The text of a public kind's token.", "pk_…");
    ScopeSet = ArrayBuilder::new().items(Scope::schema());
    OriginRules = ArrayBuilder::new().items(OriginRule::schema());
    IpRules = ArrayBuilder::new().items(IpRule::schema());
    UnixSeconds = ObjectBuilder::new()
        .schema_type(SchemaType::new(Type::Integer))
        .description(Some("A moment, in Unix seconds."))
        .examples([1_800_000_000_u64]);
    Metadata = ObjectBuilder::new()
        .schema_type(SchemaType::new(Type::Object))
        .description(Some("Up to 32 texts under names of your own, 4,096 bytes in all."))
        .additional_properties(Some(String::schema()));
    DecisionCode = text("Why a token is or is not valid. They are checked in this order, but for a removed user or service account, whose `parent_revoked` comes after the parent's other states: `malformed`, `unknown`, `revoked`, `disabled`, `expired`, `not_yet_valid`, `parent_revoked`, `parent_expired`, `parent_disabled`, `environment_mismatch`, `origin_denied`, `ip_denied`, `insufficient_scope`, `active`.", "active");
}
