//! The pages' files are embedded: a build of them is a reason to build this again.

fn main() {
    let site = concat!(env!("CARGO_MANIFEST_DIR"), "/../target/site");
    // Cargo takes a path that is not there for one that always changes.
    if std::path::Path::new(site).exists() {
        println_directive(&format!("cargo::rerun-if-changed={site}"));
    }
    println_directive("cargo::rerun-if-changed=build.rs");
}

#[expect(
    clippy::print_stdout,
    reason = "this is how a build script speaks to cargo"
)]
fn println_directive(directive: &str) {
    println!("{directive}");
}
