//! The queries and dashboards are part of the binary: a new file among them must make a new binary.

fn main() {
    println!("cargo::rerun-if-changed=../../queries");
    println!("cargo::rerun-if-changed=../../dashboards");
}
