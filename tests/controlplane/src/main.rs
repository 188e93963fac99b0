//! `controlplane up`, `down` and `status`: a control plane that outlives the command, for people and demos.

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Instant;

use clap::{Args, Parser, Subcommand};
use plimsoll_controlplane::{Component, Components, ControlPlane, Error, Options, State};

/// A real Kubernetes control plane on loopback, without containers.
#[derive(Parser)]
#[command(name = "controlplane", disable_help_subcommand = true)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Start one, wait until it can be used, and leave it running.
    ///
    /// Standard output is a line for the shell: eval "$(controlplane up)".
    Up {
        #[command(flatten)]
        place: Place,
        /// Only etcd and the API server: no controllers, no nodes.
        #[arg(long)]
        api_only: bool,
    },
    /// Stop it; its logs stay.
    Down(Place),
    /// Say what runs; exit code 1 unless all of it does.
    Status(Place),
}

#[derive(Args)]
struct Place {
    /// The folder for everything it writes.
    #[arg(long, default_value = "target/controlplane")]
    dir: PathBuf,
}

fn main() -> ExitCode {
    let result = match Cli::parse().command {
        Command::Up { place, api_only } => up(&place.dir, api_only),
        Command::Down(place) => down(&place.dir),
        Command::Status(place) => status(&place.dir),
    };
    result.unwrap_or_else(|e| {
        eprintln!("error: {e}");
        ExitCode::from(2)
    })
}

fn up(dir: &Path, api_only: bool) -> Result<ExitCode, Error> {
    let begin = Instant::now();
    let options = if api_only {
        Options::api_only()
    } else {
        Options::default()
    };
    let what = match options.components {
        Components::Api => "no controllers, no nodes",
        Components::Controllers => "no nodes",
        Components::Nodes => "6 nodes in 3 zones",
    };
    let control_plane = ControlPlane::launch(Options {
        dir: Some(dir.to_owned()),
        ..options
    })?;
    eprintln!(
        "the control plane is ready at {} after {:.1}s: {what}",
        control_plane.endpoint(),
        begin.elapsed().as_secs_f64()
    );
    let kubeconfig = quoted(control_plane.kubeconfig());
    println!("export KUBECONFIG={kubeconfig}");
    eprintln!(
        "use it:    {} --kubeconfig={kubeconfig} get nodes",
        quoted(control_plane.kubectl_program())
    );
    eprintln!(
        "look into: {}/logs, {}",
        control_plane.dir().display(),
        control_plane.audit_log()?.path().display()
    );
    let this = std::env::current_exe().unwrap_or_else(|_| PathBuf::from("controlplane"));
    eprintln!(
        "stop it:   {} down --dir {}",
        quoted(&this),
        quoted(control_plane.dir())
    );
    // Until here, whatever ends this process ends them all.
    control_plane.detach();
    Ok(ExitCode::SUCCESS)
}

fn down(dir: &Path) -> Result<ExitCode, Error> {
    let Some(mut state) = State::load(dir)? else {
        eprintln!("no control plane was ever started in {}", dir.display());
        return Ok(ExitCode::SUCCESS);
    };
    let stopped = state.stop()?;
    if stopped.is_empty() {
        eprintln!("nothing was running in {}", state.dir.display());
    }
    for process in stopped {
        eprintln!("stopped {} (pid {})", process.component, process.pid);
    }
    Ok(ExitCode::SUCCESS)
}

fn status(dir: &Path) -> Result<ExitCode, Error> {
    let Some(state) = State::load(dir)?.filter(|state| !state.processes.is_empty()) else {
        println!("no control plane runs in {}", dir.display());
        return Ok(ExitCode::FAILURE);
    };
    println!("endpoint    {}", state.endpoint);
    println!("kubeconfig  {}", state.kubeconfig.display());
    println!("audit log   {}", state.audit_log.display());
    let width = Component::ALL
        .map(|c| c.program().len())
        .into_iter()
        .max()
        .unwrap_or_default();
    let mut all = true;
    for process in &state.processes {
        let running = process.is_running(&state.dir);
        all &= running;
        let component = process.component.program();
        let condition = if running { "runs" } else { "has ended" };
        println!(
            "{component:width$}  pid {:<8} {condition:9}  {}",
            process.pid,
            process.log.display()
        );
    }
    Ok(if all {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

/// A path as a word of a POSIX shell.
fn quoted(path: &Path) -> String {
    let word = path.display().to_string();
    let plain = |c: char| c.is_ascii_alphanumeric() || "/._-+:=@%,".contains(c);
    if word.chars().all(plain) {
        return word;
    }
    format!("'{}'", word.replace('\'', r"'\''"))
}
