//! Use, written down and folded at once.

use crate::Hallpass;
use hallpass_store::Folded;
use std::time::Duration;
use tokio::time::Instant;

impl Hallpass {
    /// Writes down what this instance has counted, and folds all that there is, as `maintain` does once
    /// there is enough of it or an hour has passed.
    pub async fn fold_use(&self) -> Folded {
        self.platform.flush().await;
        let deadline = Instant::now() + Duration::from_mins(1);
        let folded = self
            .platform
            .store
            .fold_uses(self.platform.now(), 0, deadline);
        folded.await.unwrap()
    }
}
