//! Every stable code is answered by some call, or it stands here why none can be answered with it. A new
//! code does not compile before it has its line.

mod call;
mod scene;
mod story;

use hallpass_http::ErrorCode;
use hallpass_tests::{Call, Reply};
use scene::Scene;
use std::pin::Pin;

/// How a code comes to be answered.
enum Way {
    /// By this call, of one deployment that all of them share.
    Call(Call),
    /// By the last call of a story with a deployment of its own.
    Story(Story),
    /// By none, and why.
    Never(&'static str),
}

type Story = Pin<Box<dyn Future<Output = Reply>>>;

#[tokio::test]
async fn every_code_is_answered_with_a_status_of_its_own() {
    let scene = Scene::new().await;
    let mut wrong = Vec::new();
    for code in ErrorCode::ALL {
        let reply = match way(*code, &scene) {
            Way::Call(call) => call.await,
            Way::Story(story) => story.await,
            Way::Never(why) => {
                assert!(why.len() > 20, "{code}: {why}");
                continue;
            }
        };
        // Its status is one of the code's: the client of all tests checks that.
        if reply.code() != code.as_str() {
            wrong.push(format!("{code}: {} {}", reply.status, reply.body));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

fn way(code: ErrorCode, scene: &Scene) -> Way {
    use ErrorCode as C;
    match code {
        C::EnvironmentMismatch => Way::Never(
            "no route asks of its caller's token that it is of another environment than its own; \
             `POST /v1/tokens/validate` answers 200 and the code",
        ),
        C::UnknownRoute => Way::Never(
            "an answer of the authorizer, which answers API Gateway and no client; the demo says \
             `not_found` of what is no route",
        ),
        C::UnsafeCache => Way::Never("an answer of the authorizer, which answers API Gateway"),
        C::CallerChanged => Way::Story(Box::pin(story::caller_changed())),
        C::Changed => Way::Story(Box::pin(story::changed())),
        C::BrokenBody => Way::Story(Box::pin(story::broken_body())),
        C::TooDeep => Way::Story(Box::pin(story::too_deep())),
        C::NoShares => Way::Story(Box::pin(story::no_shares())),
        C::LimitReached => Way::Story(Box::pin(story::limit_reached())),
        C::KindGone => Way::Story(Box::pin(story::kind_gone())),
        C::TooManyGroups => Way::Story(Box::pin(story::too_many_groups())),
        C::TooManyPlaces => Way::Story(Box::pin(story::too_many_places())),
        C::NestedTooDeep => Way::Story(Box::pin(story::nested_too_deep())),
        C::TooManyAttempts => Way::Story(Box::pin(story::too_many_attempts())),
        C::Internal => Way::Story(Box::pin(story::internal())),
        C::NewerVersion => Way::Story(Box::pin(story::newer_version())),
        C::Unavailable => Way::Story(Box::pin(story::unavailable())),
        C::Unauthenticated
        | C::Malformed
        | C::Unknown
        | C::Revoked
        | C::Disabled
        | C::Expired
        | C::NotYetValid
        | C::ParentRevoked
        | C::ParentExpired
        | C::ParentDisabled
        | C::WrongPresentation
        | C::InvalidCredentials
        | C::WrongPassword
        | C::AmbiguousCredentials
        | C::MalformedHeader
        | C::QuotedColon
        | C::OriginDenied
        | C::IpDenied
        | C::InsufficientScope
        | C::DerivesNothing
        | C::InvalidParameter => Way::Call(call::of_the_caller(code, scene)),
        C::NotFound
        | C::MethodNotAllowed
        | C::MissingBody
        | C::MalformedJson
        | C::InvalidIdempotencyKey
        | C::BodyTooLarge
        | C::UnsupportedMediaType
        | C::InvalidBody
        | C::InvalidField
        | C::InvalidQuery
        | C::InvalidCursor
        | C::NothingToChange
        | C::IdempotencyKeyReused => Way::Call(call::of_the_request(code, scene)),
        C::UnknownKind
        | C::KindIsDerived
        | C::MissingScopes
        | C::EmptyScopes
        | C::UnknownScope
        | C::ScopeNotForKind
        | C::ScopeNotHeld
        | C::OperatorOnly
        | C::EmptyList
        | C::TooMany
        | C::OriginsRequired
        | C::OriginsNotForKind
        | C::OutsideBounds
        | C::LifetimeOutOfRange
        | C::ParentExpiresFirst
        | C::StartsTooLate
        | C::UnknownPrincipal
        | C::PrincipalNotForKind
        | C::NotTheUsers
        | C::NothingReachable
        | C::UnknownLevel
        | C::TokenTooLarge
        | C::OverlapTooLong
        | C::PlaceNeeded => Way::Call(call::of_what_is_asked(code, scene)),
        C::AlreadyMinted
        | C::AlreadyRotated
        | C::AlreadyCreated
        | C::AlreadyShared
        | C::Unshared
        | C::NameTaken
        | C::MadeWithoutScopes
        | C::Exists
        | C::Closed
        | C::TooManySecrets
        | C::Circular
        | C::OperatorAccount => Way::Call(call::of_what_there_is(code, scene)),
    }
}
