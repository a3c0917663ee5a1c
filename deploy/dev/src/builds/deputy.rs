//! The deputies' client (web/deputy): for the browser before the product starts, for WeChat beside it.

use std::fs::{self, File};
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::thread;

use nix::sys::signal::Signal;

use super::{install_packages, npm};
use crate::checkout::Checkout;
use crate::error::{Doing as _, Result};
use crate::{process, steps};

/// What a build is made of.
const SOURCES: [&str; 5] = ["src", "tools", "index.html", "vite.config.ts", "package-lock.json"];
/// Where the mini-program lies, for WeChat's developer tools; in the checkout.
pub const MINI_PROGRAM: &str = "web/deputy/dist/build/mp-weixin";

/// The client for the browser, with the simulator's ways in; only when its sources have changed.
pub fn browser_client(checkout: &Checkout) -> Result<()> {
    let folder = checkout.root().join("web/deputy");
    install_packages(&folder)?;
    let build = Build::of(&folder, "h5", "simulator")?;
    if build.is_made() {
        return Ok(());
    }
    steps::run(npm(&folder, &["run", "--silent", "build:h5:simulator"]))?;
    build.note()
}

/// The mini-program, in the background: nothing that runs here waits for it. Its words go to `log/mini-program.log`.
pub fn mini_program_beside(checkout: &Checkout, base_url: &str) -> Result<()> {
    let folder = checkout.root().join("web/deputy");
    let build = Build::of(&folder, "mp-weixin", base_url)?;
    if build.is_made() {
        return Ok(());
    }
    let log = checkout.kept("log").join("mini-program.log");
    let doing = || format!("building the mini-program (see {})", log.display());
    let output = File::create(&log).doing(doing)?;
    let mut command: Command = npm(&folder, &["run", "--silent", "build:mp-weixin"]);
    command.env("VITE_API_BASE", base_url);
    command.stderr(output.try_clone().doing(doing)?).stdout(output);
    process::tie_to_parent(&mut command, Signal::SIGTERM);
    let mut child = command.spawn().doing(doing)?;
    thread::spawn(move || {
        // Without a note it is built again next time.
        if child.wait().is_ok_and(|status| status.success()) {
            let _ = build.note();
        }
    });
    Ok(())
}

/// A build, and the digest of what it would be made of now.
struct Build {
    folder: PathBuf,
    note: PathBuf,
    digest: String,
}

impl Build {
    /// `with` is what the build is told besides its sources.
    fn of(client: &Path, name: &str, with: &str) -> Result<Self> {
        let mut hasher = DefaultHasher::new();
        with.hash(&mut hasher);
        for source in SOURCES {
            digest(&client.join(source), &mut hasher).doing(|| format!("reading {source} in {}", client.display()))?;
        }
        let built = client.join("dist/build");
        Ok(Self {
            folder: built.join(name),
            note: built.join(format!(".{name}-sources")),
            digest: format!("{:016x}", hasher.finish()),
        })
    }

    fn is_made(&self) -> bool {
        self.folder.is_dir() && fs::read_to_string(&self.note).is_ok_and(|noted| noted == self.digest)
    }

    fn note(&self) -> Result<()> {
        let doing = || format!("writing {}", self.note.display());
        if let Some(built) = self.note.parent() {
            fs::create_dir_all(built).doing(doing)?;
        }
        fs::write(&self.note, &self.digest).doing(doing)
    }
}

/// A file or a folder with all that is in it; what does not exist counts as empty.
fn digest(path: &Path, hasher: &mut DefaultHasher) -> io::Result<()> {
    path.hash(hasher);
    if path.is_dir() {
        let mut entries = fs::read_dir(path)?
            .map(|entry| entry.map(|entry| entry.path()))
            .collect::<io::Result<Vec<_>>>()?;
        entries.sort();
        return entries.iter().try_for_each(|entry| digest(entry, hasher));
    }
    match fs::read(path) {
        Ok(bytes) => bytes.hash(hasher),
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        Err(error) => return Err(error),
    }
    Ok(())
}
