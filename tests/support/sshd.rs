//! A real SFTP server on this machine, for as long as a test runs.

use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use tempfile::TempDir;

/// The server's program.
const SSHD: &str = "/usr/sbin/sshd";

/// A server, with two folders and keys of its own.
#[derive(Debug)]
pub struct Sshd {
    folder: TempDir,
    port: u16,
    running: Option<Child>,
}

impl Drop for Sshd {
    fn drop(&mut self) {
        self.stop();
    }
}

impl Sshd {
    /// Starts one with an ed25519 host key, and a key that it lets in.
    /// None where no server is installed: the test is then skipped, and fails in CI.
    ///
    /// # Panics
    /// Where it does not start, or in CI is not there.
    #[must_use]
    pub fn start() -> Option<Self> {
        if !Path::new(SSHD).exists() {
            assert!(
                std::env::var_os("CI").is_none(),
                "{SSHD} is missing, and CI needs it: install openssh-server"
            );
            eprintln!("skipped: {SSHD} is not installed");
            return None;
        }
        let mut server = Self {
            folder: TempDir::new().expect("a scratch folder"),
            port: free_port(),
            running: None,
        };
        for name in ["host_ed25519", "key", "stranger"] {
            server.make_key(name, "ed25519", "");
        }
        server.make_key("key_locked", "ed25519", PASSPHRASE);
        for name in ["out", "in", "done"] {
            std::fs::create_dir(server.path(name)).expect("a folder can be made");
        }
        server.run("internal-sftp");
        Some(server)
    }

    /// Gives it an RSA host key beside the other, and lets in an RSA key, `key_rsa`.
    pub fn with_rsa(&mut self) {
        self.make_key("host_rsa", "rsa", "");
        self.make_key("key_rsa", "rsa", "");
        self.run("internal-sftp");
    }

    /// Makes a pair of keys.
    ///
    /// # Panics
    /// Where `ssh-keygen` cannot.
    pub fn make_key(&self, name: &str, kind: &str, passphrase: &str) {
        let path = self.path(name);
        // It asks before it writes over a key.
        let _ = std::fs::remove_file(&path);
        let made = Command::new("ssh-keygen")
            .args(["-q", "-t", kind, "-N", passphrase])
            .args(if kind == "rsa" {
                &["-b", "2048"][..]
            } else {
                &[]
            })
            .arg("-f")
            .arg(path)
            .status()
            .expect("ssh-keygen comes with the server");
        assert!(made.success(), "no key of kind {kind}");
    }

    /// Runs it with this command behind `Subsystem sftp`.
    ///
    /// # Panics
    /// Where it does not start.
    pub fn run(&mut self, sftp: &str) {
        self.stop();
        let path = |name: &str| self.path(name).display().to_string();
        let there = |name: &&str| self.path(name).exists();
        let host_keys: String = ["host_ed25519", "host_rsa"]
            .iter()
            .filter(|name| there(name))
            .map(|name| format!("HostKey {}\n", path(name)))
            .collect();
        let let_in: String = ["key", "key_rsa", "key_locked"]
            .iter()
            .filter(|name| there(name))
            .map(|name| format!("{}\n", self.public_key(name)))
            .collect();
        write(&self.path("authorized"), &let_in);
        let configuration = format!(
            "Port {}\nListenAddress 127.0.0.1\n{host_keys}AuthorizedKeysFile {}\n\
             StrictModes no\nUsePAM no\nPidFile none\nPasswordAuthentication no\n\
             PermitRootLogin prohibit-password\nMaxStartups 100\nSubsystem sftp {sftp}\n",
            self.port,
            path("authorized"),
        );
        write(&self.path("sshd_config"), &configuration);
        // Where it drops its rights to; the system makes it at its start otherwise.
        let _ = std::fs::create_dir_all("/run/sshd");
        let log = std::fs::File::create(self.path("log")).expect("a log");
        let running = Command::new(SSHD)
            .args(["-D", "-e", "-f"])
            .arg(self.path("sshd_config"))
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(log)
            .spawn()
            .expect("the server starts");
        self.running = Some(running);
        let until = Instant::now() + Duration::from_secs(20);
        while TcpStream::connect(("127.0.0.1", self.port)).is_err() {
            let log = std::fs::read_to_string(self.path("log")).unwrap_or_default();
            assert!(Instant::now() < until, "the server does not listen: {log}");
            std::thread::sleep(Duration::from_millis(10));
        }
    }

    /// Stops it. Connections end with the clients.
    pub fn stop(&mut self) {
        if let Some(mut running) = self.running.take() {
            let _ = running.kill();
            let _ = running.wait();
        }
    }

    /// A file or folder of its own: `out`, `in`, `done`, `key`.
    #[must_use]
    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Where it listens.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Whom it lets in: who runs the test.
    ///
    /// # Panics
    /// Where the system does not know who that is.
    #[must_use]
    pub fn user(&self) -> String {
        let said = Command::new("id").arg("-un").output().expect("`id` runs");
        String::from_utf8_lossy(&said.stdout).trim().to_owned()
    }

    /// A public key, kind and text.
    ///
    /// # Panics
    /// Where there is no such key.
    #[must_use]
    pub fn public_key(&self, name: &str) -> String {
        let text = std::fs::read_to_string(self.path(&format!("{name}.pub"))).expect("a key");
        let parts: Vec<&str> = text.split_whitespace().take(2).collect();
        parts.join(" ")
    }

    /// The fingerprint of a public key.
    ///
    /// # Panics
    /// Where there is no such key.
    #[must_use]
    pub fn fingerprint(&self, name: &str) -> String {
        let told = Command::new("ssh-keygen")
            .arg("-lf")
            .arg(self.path(&format!("{name}.pub")))
            .output()
            .expect("ssh-keygen comes with the server");
        let text = String::from_utf8_lossy(&told.stdout).into_owned();
        let word = text.split_whitespace().nth(1);
        word.expect("a fingerprint").to_owned()
    }

    /// The settings of a channel to it, one a pair.
    #[must_use]
    pub fn settings(&self) -> Vec<(String, String)> {
        let path = |name: &str| self.path(name).display().to_string();
        [
            ("host", "127.0.0.1".to_owned()),
            ("port", self.port.to_string()),
            ("user", self.user()),
            ("host_key", self.public_key("host_ed25519")),
            ("key", path("key")),
            ("out", path("out")),
            ("in", path("in")),
        ]
        .map(|(key, value)| (key.to_owned(), value))
        .to_vec()
    }

    /// Names and bytes of the files in one of its folders, hidden ones too.
    ///
    /// # Panics
    /// Where it cannot be listed.
    #[must_use]
    pub fn files(&self, of: &str) -> Vec<(String, Vec<u8>)> {
        let entries = std::fs::read_dir(self.path(of)).expect("the folder is there");
        let mut files: Vec<_> = entries
            .map(|entry| {
                let path = entry.expect("an entry").path();
                let name = path.file_name().unwrap_or_default().to_string_lossy();
                let bytes = std::fs::read(&path).expect("a file can be read");
                (name.into_owned(), bytes)
            })
            .collect();
        files.sort();
        files
    }
}

/// The passphrase of the key `key_locked`.
pub const PASSPHRASE: &str = "a phrase that no message may show";

fn free_port() -> u16 {
    let free = TcpListener::bind("127.0.0.1:0").expect("a free port");
    free.local_addr().expect("it has an address").port()
}

fn write(path: &Path, text: &str) {
    std::fs::write(path, text).expect("a file can be written");
}
