use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};

use serde_json::{Value, json};

/// Ends the program with the test, however the test ends.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[tokio::test]
async fn the_program_says_where_it_listens_and_reads_its_people() {
    let folder = std::env::temp_dir().join(format!("wechat-simulator-{}", uuid::Uuid::new_v4()));
    std::fs::create_dir_all(&folder).unwrap();
    let (users, ready) = (folder.join("users.json"), folder.join("ready"));
    std::fs::write(&users, json!([{"openid": "oA", "name": "甲"}]).to_string()).unwrap();
    let mut program = Running(
        Command::new(env!("CARGO_BIN_EXE_wechat-simulator"))
            .args(["--appid", "wx1", "--secret", "s"])
            .arg("--users")
            .arg(&users)
            .arg("--ready-file")
            .arg(&ready)
            .stdout(Stdio::piped())
            .spawn()
            .unwrap(),
    );
    let mut line = String::new();
    let mut output = BufReader::new(program.0.stdout.take().unwrap());
    output.read_line(&mut line).unwrap();
    let address = line.trim_end().strip_prefix("listening ").unwrap();

    let http = reqwest::Client::builder().no_proxy().build().unwrap();
    let answer = http.get(format!("{address}/_sim/users")).send().await.unwrap();
    let people: Value = answer.json().await.unwrap();
    assert_eq!(people, json!([{"openid": "oA", "name": "甲"}]));
    // The file comes right after the line, so it may need a moment more.
    while std::fs::read_to_string(&ready).unwrap_or_default() != address {
        assert!(program.0.try_wait().unwrap().is_none(), "it ended too early");
    }
    drop(program);
    std::fs::remove_dir_all(&folder).unwrap();
}
