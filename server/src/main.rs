//! The binary `liantai`.

use std::process::ExitCode;

use clap::Parser;
use server::cli::Command;
use tokio::runtime::Builder;

fn main() -> ExitCode {
    let command = Command::parse();
    let mut runtime = if command.is_alone() {
        Builder::new_current_thread()
    } else {
        Builder::new_multi_thread()
    };
    let done = match runtime.enable_all().build() {
        Ok(runtime) => runtime.block_on(command.run()),
        Err(error) => Err(error.into()),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            server::cli::complain(&error);
            ExitCode::FAILURE
        }
    }
}
