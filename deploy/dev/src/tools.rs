//! The programs of the system that a step needs, and how to get them.

use std::path::Path;
use std::process::{Command, Stdio};

use nix::unistd::geteuid;

use crate::error::{Doing as _, Error, Result};
use crate::servers::Binaries;

/// Something of the system that must be there.
pub struct Tool {
    /// What a person calls it.
    name: &'static str,
    /// The Debian and Ubuntu package that brings it; none when it has to be got elsewhere.
    package: Option<&'static str>,
    present: fn() -> bool,
}

/// What the running product needs.
pub const TO_RUN: &[Tool] = &[
    tool("PostgreSQL 15 or newer", "postgresql", || !Binaries::find().is_empty()),
    tool("Redis", "redis-server", || in_path("redis-server")),
    tool("a Chinese font (Noto Sans CJK)", "fonts-noto-cjk", has_font),
    Tool {
        name: "Node 20 or newer with npm",
        package: None,
        present: || in_path("npm") && node_major() >= Some(20),
    },
];

/// What the tests need besides.
pub const TO_TEST: &[Tool] = &[
    tool("Chromium", "chromium", has_chromium),
    tool("zbarimg (reads codes)", "zbar-tools", || in_path("zbarimg")),
    tool("pdftoppm (PDF to pixels)", "poppler-utils", || in_path("pdftoppm")),
    tool("exiftool (reads a photo's metadata)", "libimage-exiftool-perl", || {
        in_path("exiftool")
    }),
    tool(
        "Python's venv (for tests that ask its packages)",
        "python3-venv",
        has_venv,
    ),
];

/// What measuring needs besides.
pub const TO_BENCH: &[Tool] = &[
    tool("pgbench", "postgresql-contrib", || in_path("pgbench")),
    tool("redis-benchmark", "redis-tools", || in_path("redis-benchmark")),
    tool("vipsthumbnail (shrinks photos)", "libvips-tools", || {
        in_path("vipsthumbnail")
    }),
    tool("wrk (many requests)", "wrk", || in_path("wrk")),
    tool("nginx (serves bytes)", "nginx-light", || {
        in_path("nginx") || Path::new("/usr/sbin/nginx").is_file()
    }),
];

const fn tool(name: &'static str, package: &'static str, present: fn() -> bool) -> Tool {
    Tool {
        name,
        package: Some(package),
        present,
    }
}

/// Makes sure that all of these are there, through the package manager where that is allowed
/// without a question, and otherwise by telling the one command that a person has to run.
pub fn ensure<'a>(tools: impl IntoIterator<Item = &'a Tool> + Clone) -> Result<()> {
    let missing = missing(tools.clone());
    if missing.is_empty() {
        return Ok(());
    }
    let names: Vec<_> = missing.iter().map(|tool| tool.name).collect();
    say!("      missing: {}", names.join(", "));
    if let Some(tool) = missing.iter().find(|tool| tool.package.is_none()) {
        return Err(Error::failed(
            format!("{} is missing and does not come as a package of the system.", tool.name),
            "install it from https://nodejs.org, then run this again",
        ));
    }
    let packages: Vec<_> = missing.iter().filter_map(|tool| tool.package).collect();
    install(&packages)?;
    match self::missing(tools).first() {
        None => Ok(()),
        Some(tool) => Err(Error::failed(
            format!("{} is still missing after its package was installed.", tool.name),
            if tool.package == Some("postgresql") {
                OLD_SYSTEM
            } else {
                "look at what apt-get said above"
            },
        )),
    }
}

/// Ubuntu 22.04, for one, brings PostgreSQL 14.
const OLD_SYSTEM: &str = "this release of the system brings an older one; add the PostgreSQL project's own packages:\n\n    \
    sudo /usr/share/postgresql-common/pgdg/apt.postgresql.org.sh -y && sudo apt-get install -y postgresql-16\n";

fn missing<'a>(tools: impl IntoIterator<Item = &'a Tool>) -> Vec<&'a Tool> {
    tools.into_iter().filter(|tool| !(tool.present)()).collect()
}

fn install(packages: &[&str]) -> Result<()> {
    let packages = packages.join(" ");
    let by_hand = format!("sudo apt-get update && sudo apt-get install -y --no-install-recommends {packages}");
    let prefix: &[&str] = if geteuid().is_root() { &[] } else { &["sudo", "-n"] };
    if !in_path("apt-get") || !may_without_password() {
        return Err(Error::failed(
            "They cannot be installed from here without a password.",
            format!("run this once, then `cargo dev` again:\n\n    {by_hand}\n"),
        ));
    }
    say!("      installing: {packages}");
    let script = INSTALL.replace("PACKAGES", &packages);
    let mut words = prefix.iter().copied().chain(["sh", "-c", script.as_str()]);
    let mut command = Command::new(words.next().unwrap_or("sh"));
    let status = command.args(words).stdin(Stdio::null()).status();
    if status.doing(|| "running apt-get".into())?.success() {
        return Ok(());
    }
    Err(Error::failed(
        "apt-get could not install them; its reason stands above.",
        format!("run it by hand: {by_hand}"),
    ))
}

/// Server packages would start a service of their own; policy-rc.d is the system's way to say no.
/// Only a file that this script has made is removed.
const INSTALL: &str = "\
set -e
export DEBIAN_FRONTEND=noninteractive
if [ ! -e /usr/sbin/policy-rc.d ]; then
  trap 'rm -f /usr/sbin/policy-rc.d' EXIT
  printf '#!/bin/sh\\nexit 101\\n' > /usr/sbin/policy-rc.d
  chmod 755 /usr/sbin/policy-rc.d
fi
apt-get update
apt-get install -y --no-install-recommends PACKAGES";

fn may_without_password() -> bool {
    let mut sudo = Command::new("sudo");
    sudo.args(["-n", "true"])
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    geteuid().is_root() || sudo.status().is_ok_and(|status| status.success())
}

fn in_path(program: &str) -> bool {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path).any(|folder| folder.join(program).is_file())
}

fn has_chromium() -> bool {
    ["chromium", "chromium-browser", "google-chrome"]
        .into_iter()
        .any(in_path)
}

fn has_venv() -> bool {
    let mut probe = Command::new("python3");
    probe.args(["-c", "import ensurepip, venv"]).stderr(Stdio::null());
    probe.status().is_ok_and(|status| status.success())
}

fn has_font() -> bool {
    Path::new("/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc").exists()
}

fn node_major() -> Option<u32> {
    let told = Command::new("node").arg("--version").output().ok()?.stdout;
    // "v20.20.2"
    let told = String::from_utf8(told).ok()?;
    told.trim().trim_start_matches('v').split('.').next()?.parse().ok()
}
