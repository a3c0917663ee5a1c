//! nginx that serves bytes from files: what a page costs when nothing has to be thought about.

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::Duration,
};

use minyi_dev::servers::free_port;

/// A running one, gone when dropped.
pub struct Nginx {
    child: Child,
    pub base: String,
    root: PathBuf,
}

impl Nginx {
    /// Starts one with as many workers as there are processors.
    pub async fn start(folder: &Path) -> anyhow::Result<Self> {
        let (folder, port) = (folder.join("nginx"), free_port()?);
        let root = folder.join("root");
        fs::create_dir_all(&root)?;
        let shown = folder.display();
        // Workers of a master that is root would lose the right to the folder.
        let config = format!(
            "daemon off; worker_processes auto; pid {shown}/pid; error_log {shown}/error.log; user root;
             events {{ worker_connections 1024; }}
             http {{ access_log off; sendfile on; keepalive_requests 1000000000; default_type text/html;
               client_body_temp_path {shown}/body; proxy_temp_path {shown}/proxy; fastcgi_temp_path {shown}/fastcgi;
               uwsgi_temp_path {shown}/uwsgi; scgi_temp_path {shown}/scgi;
               open_file_cache max=100;
               server {{ listen 127.0.0.1:{port}; root {shown}/root; }} }}"
        );
        let file = folder.join("nginx.conf");
        fs::write(&file, config)?;
        let mut command = Command::new("nginx");
        command
            .arg("-p")
            .arg(&folder)
            .arg("-e")
            .arg(folder.join("error.log"))
            .arg("-c")
            .arg(&file);
        let child = command.stdin(Stdio::null()).stderr(Stdio::null()).spawn()?;
        let nginx = Self {
            child,
            base: format!("http://127.0.0.1:{port}"),
            root,
        };
        nginx.serve("ready", b"yes")?;
        for _ in 0..100 {
            let ready = reqwest::get(format!("{}/ready", nginx.base)).await;
            if ready.is_ok_and(|answer| answer.status().is_success()) {
                return Ok(nginx);
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        anyhow::bail!("nginx does not start: see {}", folder.display())
    }

    /// Serves `bytes` under `/name`.
    pub fn serve(&self, name: &str, bytes: &[u8]) -> anyhow::Result<()> {
        Ok(fs::write(self.root.join(name), bytes)?)
    }
}

impl Drop for Nginx {
    fn drop(&mut self) {
        // SIGQUIT lets the workers go, too.
        if let Ok(pid) = i32::try_from(self.child.id()) {
            let _ = nix::sys::signal::kill(nix::unistd::Pid::from_raw(pid), nix::sys::signal::Signal::SIGQUIT);
        }
        let _ = self.child.wait();
    }
}
