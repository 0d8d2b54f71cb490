//! Starts everything, says where it is, and serves until it is stopped.

use crate::options::Options;
use crate::token_file;
use axum::extract::{ConnectInfo, Request};
use axum::middleware::{Next, from_fn};
use hallpass_bootstrap::{BootstrapError, BootstrapRequest, bootstrap};
use hallpass_catalogs::{embedded, names};
use hallpass_core::{
    AuthorizationRequest, Catalog, CatalogError, Issuer, IssuerError, PresentedOrigin,
    SchemaVersion, TokenContext, UnixMillis, decide,
};
use hallpass_embedded::{
    Services, ServicesError, TableError, create_table, dynamodb_config, kms_config,
};
use hallpass_http::ClientAddress;
use hallpass_keys::{KeyMaker, KeySettings, KeySettingsError, Signer, SigningMode};
use hallpass_runtime::{
    Platform, Settings, SettingsError, SystemClock, SystemRandom, retries, timeouts,
};
use hallpass_store::StoreError;
use secrecy::{ExposeSecret as _, SecretString};
use std::io::{self, Write as _};
use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};
use std::time::Duration;
use thiserror::Error;
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};

const TABLE: &str = "hallpass";

/// How often use is written and maintenance runs, and how long the end waits for the last use.
const MAINTAINS_EVERY: Duration = Duration::from_mins(1);
const FLUSHES_WITHIN: Duration = Duration::from_secs(2);

/// Why `cargo dev` does not run.
#[derive(Debug, Error)]
pub(crate) enum StartError {
    #[error("the runtime does not start")]
    Runtime(#[source] io::Error),
    #[error("http://127.0.0.1:{port} is unavailable, choose another with --port")]
    Port { port: u16, source: io::Error },
    #[error("there is no catalog `{given}`: name one of {known}, or a file that ends in .toml")]
    UnknownCatalog { given: String, known: String },
    #[error(
        "--services-only is for functions, which hold the catalogs that ship: with --catalog, name one of {known}, not the file `{given}`"
    )]
    CatalogForFunctions { given: String, known: String },
    #[error("the catalog `{file}` cannot be read")]
    CatalogFile { file: String, source: io::Error },
    #[error(transparent)]
    Catalog(#[from] CatalogError),
    #[error(transparent)]
    Issuer(#[from] IssuerError),
    #[error(transparent)]
    Settings(#[from] SettingsError),
    #[error(transparent)]
    Services(#[from] ServicesError),
    #[error(transparent)]
    Table(#[from] TableError),
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    Keys(#[from] KeySettingsError),
    #[error("the embedded KMS makes no wrapping key")]
    WrappingKey(#[source] Box<dyn std::error::Error + Send + Sync>),
    #[error(transparent)]
    Bootstrap(#[from] BootstrapError),
    #[error("the management token cannot be written to `{file}`")]
    TokenFile { file: String, source: io::Error },
    #[error("the server stopped")]
    Serve(#[source] io::Error),
}

/// Runs until Ctrl-C or SIGTERM.
pub(crate) async fn run(options: &Options) -> Result<(), StartError> {
    // Both before anything else, so that neither ends the process in its own way meanwhile.
    let mut terminated = signal(SignalKind::terminate()).map_err(StartError::Runtime)?;
    let mut interrupted = signal(SignalKind::interrupt()).map_err(StartError::Runtime)?;
    let serving = OnceLock::new();
    let mut served = std::pin::pin!(serve(options, &serving));
    let ended = tokio::select! {
        ended = &mut served => ended,
        _ = interrupted.recv() => Ok(()),
        _ = terminated.recv() => Ok(()),
    };
    // Before what serves the table is dropped.
    if let Some(platform) = serving.get() {
        let _late = tokio::time::timeout(FLUSHES_WITHIN, platform.flush()).await;
    }
    ended
}

/// Writes what was gathered in memory, and does what the schedule of `functions/maintain` does, minute
/// by minute.
async fn maintain(platform: Platform) {
    let mut minutes = tokio::time::interval(MAINTAINS_EVERY);
    loop {
        minutes.tick().await;
        platform.flush().await;
        let done = hallpass_maintain::maintain(&platform, hallpass_maintain::WORK_FOR);
        if let Err(error) = done.await {
            let error: &dyn std::error::Error = &error;
            tracing::error!(error, "what is left is not seen to");
        }
    }
}

async fn serve(options: &Options, serving: &OnceLock<Platform>) -> Result<(), StartError> {
    let catalog = catalog(&options.catalog, options.services_only)?;
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, options.port));
    let listener = TcpListener::bind(address)
        .await
        .map_err(|source| StartError::Port {
            port: options.port,
            source,
        })?;
    let address = listener.local_addr().map_err(StartError::Serve)?;
    let services = Services::start(options.data.as_deref()).await?;
    let settings = Settings {
        schema_version: SchemaVersion::NEWEST,
        table: TABLE.to_owned(),
        issuer: format!("http://{address}").parse::<Issuer>()?,
        audience: options.audience.clone(),
        stack: "local".to_owned(),
        catalog,
    }
    .checked()?;
    let (platform, kms) = connect(&services, &settings).await?;
    let key_settings = key_settings(&kms, options).await?;
    let issuer = platform.issuer.clone();
    let keys = KeyMaker::new(kms.clone(), issuer.clone(), "local", key_settings);
    let token = root_token(&platform, &keys, options).await?;
    say(options, &services, address, &token, keys.settings()).map_err(StartError::Serve)?;
    if options.services_only {
        drop(listener);
        return std::future::pending().await;
    }
    tracing_subscriber::fmt()
        .with_target(false)
        .with_writer(io::stderr)
        .init();
    let signer = Signer::new(kms, platform.store.clone(), issuer);
    let platform = serving.get_or_init(|| platform);
    tokio::spawn(maintain(platform.clone()));
    let service = hallpass_local::service(&signer, platform).layer(from_fn(with_address));
    axum::serve(
        listener,
        service.into_make_service_with_connect_info::<SocketAddr>(),
    )
    .await
    .map_err(StartError::Serve)
}

/// A catalog that ships, by its name, or one in a file, which functions do not have.
fn catalog(given: &str, for_functions: bool) -> Result<Catalog, StartError> {
    if let Some(catalog) = embedded(given)? {
        return Ok(catalog);
    }
    let is_file = Path::new(given)
        .extension()
        .is_some_and(|extension| extension == "toml");
    if !is_file || for_functions {
        let known = names()
            .map(|name| format!("`{name}`"))
            .collect::<Vec<_>>()
            .join(", ");
        let given = given.to_owned();
        return Err(if is_file {
            StartError::CatalogForFunctions { given, known }
        } else {
            StartError::UnknownCatalog { given, known }
        });
    }
    let text = std::fs::read_to_string(given).map_err(|source| StartError::CatalogFile {
        file: given.to_owned(),
        source,
    })?;
    Ok(Catalog::parse(given, &text)?)
}

/// The table, and clients like a function's.
async fn connect(
    services: &Services,
    settings: &Settings,
) -> Result<(Platform, aws_sdk_kms::Client), StartError> {
    let dynamodb = dynamodb_config(&services.dynamodb_url)
        .timeout_config(timeouts())
        .retry_config(retries())
        .build();
    let dynamodb = aws_sdk_dynamodb::Client::from_conf(dynamodb);
    create_table(&dynamodb, TABLE).await?;
    let kms = kms_config(&services.kms_url)
        .timeout_config(timeouts())
        .retry_config(retries())
        .build();
    let kms = aws_sdk_kms::Client::from_conf(kms);
    let platform = Platform::new(
        settings,
        dynamodb,
        Arc::new(SystemClock),
        Arc::new(SystemRandom),
    );
    Ok((platform, kms))
}

/// What sort of signing key was asked for; mode `wrapped` gets a key to wrap with.
async fn key_settings(
    kms: &aws_sdk_kms::Client,
    options: &Options,
) -> Result<KeySettings, StartError> {
    let wrapping_key = if options.signing_mode.as_deref() == Some("wrapped") {
        let made = kms.create_key().description("Hallpass wrapping key").send();
        let made = made
            .await
            .map_err(|error| StartError::WrappingKey(error.into()))?;
        made.key_metadata.map(|metadata| metadata.key_id)
    } else {
        None
    };
    Ok(KeySettings::from_lookup(|name| match name {
        "HALLPASS_ALGORITHM" => options.algorithm.clone(),
        "HALLPASS_SIGNING_MODE" => options.signing_mode.clone(),
        "HALLPASS_WRAPPING_KEY" => wrapping_key.clone(),
        _ => None,
    })?)
}

/// The management token: the one kept with the data if it is still good, else a new one.
async fn root_token(
    platform: &Platform,
    keys: &KeyMaker,
    options: &Options,
) -> Result<SecretString, StartError> {
    let token_file = |file: &Path| {
        let file = file.display().to_string();
        move |source| StartError::TokenFile { file, source }
    };
    if let Some(file) = options.root_token_file.as_deref() {
        token_file::check_replaceable(file).map_err(token_file(file))?;
    }
    // The embedded KMS forgets its keys: what was signed with them cannot be trusted any more.
    for row in platform.store.key_rows().await? {
        platform.store.retire_key(&row.kid, platform.now()).await?;
    }
    let stored = options.data.as_deref().map(token_file::beside);
    let has_operator = platform.store.operator().await?.is_some();
    let request = BootstrapRequest {
        recover: has_operator,
    };
    let mut token = None;
    if let Some(text) = stored.as_deref().and_then(token_file::read_token) {
        let now = platform.now();
        let [context] = platform
            .validator
            .examine([text.expose_secret()], now)
            .await?;
        if still_good(platform, &context, now) {
            let longest = platform.catalog.longest_jwt();
            hallpass_keys::create_signing_key(
                keys,
                &platform.store,
                longest,
                platform.clock.as_ref(),
            )
            .await
            .map_err(BootstrapError::from)?;
            token = Some(text);
        }
    }
    let token = match token {
        Some(token) => token,
        None => bootstrap(platform, keys, request).await?.token,
    };
    for file in stored
        .iter()
        .map(PathBuf::as_path)
        .chain(options.root_token_file.as_deref())
    {
        token_file::write_token(file, &token).map_err(token_file(file))?;
    }
    Ok(token)
}

/// Whether a kept token holds all that a new one would: another catalog has other scopes.
fn still_good(platform: &Platform, kept: &TokenContext, now: UnixMillis) -> bool {
    let scopes = platform.catalog.management().map(|kind| &kind.scopes);
    let holds_all =
        matches!(kept, TokenContext::Opaque { record, .. } if Some(&record.scopes) == scopes);
    let authorization = AuthorizationRequest {
        scopes: &[],
        account: None,
        environment: None,
        origin: PresentedOrigin::Absent,
        ip: Some(Ipv4Addr::LOCALHOST.into()),
    };
    holds_all && decide(&platform.catalog, kept, &authorization, now).is_active()
}

/// What a newcomer needs next.
fn say(
    options: &Options,
    services: &Services,
    address: SocketAddr,
    token: &SecretString,
    keys: &KeySettings,
) -> io::Result<()> {
    let mut out = io::stdout().lock();
    let (token, catalog) = (token.expose_secret(), &options.catalog);
    if options.services_only {
        // The lines of an env file, for `cargo lambda watch --env-file`.
        for (name, value) in [
            ("AWS_ENDPOINT_URL_DYNAMODB", services.dynamodb_url.as_str()),
            ("AWS_ENDPOINT_URL_KMS", services.kms_url.as_str()),
            ("AWS_REGION", "us-east-1"),
            ("AWS_ACCESS_KEY_ID", "local"),
            ("AWS_SECRET_ACCESS_KEY", "local"),
            ("HALLPASS_TABLE", TABLE),
            ("HALLPASS_ISSUER", &format!("http://{address}")),
            ("HALLPASS_CATALOG", catalog),
        ] {
            writeln!(out, "{name}={value}")?;
        }
        if let Some(audience) = &options.audience {
            writeln!(out, "HALLPASS_AUDIENCE={audience}")?;
        }
        if let Some(algorithm) = &options.algorithm {
            writeln!(out, "HALLPASS_ALGORITHM={algorithm}")?;
        }
        if let SigningMode::Wrapped(under) = &keys.mode {
            writeln!(out, "HALLPASS_SIGNING_MODE=wrapped")?;
            writeln!(out, "HALLPASS_WRAPPING_KEY={under}")?;
        }
        // An env file is no place for a secret that has a file of its own.
        match &options.root_token_file {
            Some(file) => writeln!(out, "# management token: in {}", file.display())?,
            None => writeln!(out, "# management token: {token}")?,
        }
    } else {
        writeln!(out, "Hallpass, catalog {catalog}: http://{address}")?;
        writeln!(out, "reference of the API: http://{address}/docs")?;
        writeln!(out, "AWS_ENDPOINT_URL_DYNAMODB={}", services.dynamodb_url)?;
        writeln!(out, "AWS_ENDPOINT_URL_KMS={}", services.kms_url)?;
        writeln!(out, "management token: {token}")?;
        writeln!(
            out,
            "try: curl -sS http://{address}/v1/tokens -H 'Authorization: Bearer {token}' \\"
        )?;
        writeln!(
            out,
            "       -H 'Content-Type: application/json' -d '{{\"kind\":\"secret\",\"name\":\"my first\"}}'"
        )?;
    }
    out.flush()
}

/// Here the connection itself says who calls.
async fn with_address(
    ConnectInfo(address): ConnectInfo<SocketAddr>,
    mut request: Request,
    next: Next,
) -> axum::response::Response {
    request.extensions_mut().insert(ClientAddress(address.ip()));
    next.run(request).await
}
