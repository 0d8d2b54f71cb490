//! What this function does, for its description.

mod app;
mod folders;
mod groups;
mod places;
mod principals;
mod shares;

use utoipa::openapi::OpenApi;

/// The description of this function.
#[derive(Debug)]
pub struct Api;

impl utoipa::OpenApi for Api {
    fn openapi() -> OpenApi {
        let mut whole = places::Part::openapi();
        for part in [
            principals::Part::openapi(),
            groups::Part::openapi(),
            folders::Part::openapi(),
            shares::Part::openapi(),
            app::Part::openapi(),
        ] {
            whole.merge(part);
        }
        whole
    }
}
