//! `cargo dev`: the whole service in one process, on an embedded DynamoDB and KMS.

mod options;
mod start;
mod token_file;

use options::{Command, Options};
use start::StartError;
use std::io::Write as _;
use std::process::ExitCode;

fn main() -> ExitCode {
    let options = match Options::from_arguments() {
        Ok(Command::Run(options)) => options,
        Ok(Command::Help) => {
            let _ = writeln!(std::io::stdout(), "{}", options::HELP);
            return ExitCode::SUCCESS;
        }
        Err(error) => return failed(&error),
    };
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build();
    match runtime {
        Ok(runtime) => {
            let ended = runtime.block_on(start::run(&options));
            // Requests under way are not waited for: the process ends at once.
            runtime.shutdown_background();
            ended.map_or_else(|error| failed(&error), |()| ExitCode::SUCCESS)
        }
        Err(error) => failed(&StartError::Runtime(error)),
    }
}

/// One line that says what is wrong.
fn failed(error: &dyn std::error::Error) -> ExitCode {
    let mut text = error.to_string();
    let mut next = error.source();
    while let Some(source) = next {
        text.push_str(": ");
        text.push_str(&source.to_string());
        next = source.source();
    }
    let _ = writeln!(std::io::stderr(), "error: {text}");
    ExitCode::FAILURE
}
