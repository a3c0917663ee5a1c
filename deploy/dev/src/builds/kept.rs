//! Builds that are kept until their sources change.

use std::fs;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::io;
use std::path::{Path, PathBuf};

use crate::error::{Doing as _, Result};

/// What a build is made of.
const SOURCES: [&str; 7] = [
    "src",
    "tools",
    "index.html",
    "vite.config.ts",
    "tsconfig.json",
    "package.json",
    "package-lock.json",
];

/// A build, and the digest of what it would be made of now.
pub struct Build {
    folder: PathBuf,
    note: PathBuf,
    digest: String,
}

impl Build {
    /// The build of a client into `dist/build/name`; `with` is what the build is told besides its sources.
    pub fn of(client: &Path, name: &str, with: &str) -> Result<Self> {
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

    /// Whether it is made of what is there now.
    pub fn is_made(&self) -> bool {
        self.folder.is_dir() && fs::read_to_string(&self.note).is_ok_and(|noted| noted == self.digest)
    }

    /// Takes the note away before it is made anew, so that nobody takes an old or half-written one for it.
    pub fn forget(&self) -> Result<()> {
        match fs::remove_file(&self.note) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                Err(error).doing(|| format!("removing {}", self.note.display()))
            }
            _ => Ok(()),
        }
    }

    /// Notes that it has been made.
    pub fn note(&self) -> Result<()> {
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
