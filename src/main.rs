//! The `plimsoll` command.

/// Records and findings are many small things, which it takes and gives back faster, on several threads, than the C library.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> std::process::ExitCode {
    plimsoll::cli::run(std::env::args_os())
}
