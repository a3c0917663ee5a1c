//! Reading from the tests' own words how many there were.

use serde_json::Value;

/// How many tests passed and failed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Count {
    /// Passed.
    pub passed: u32,
    /// Failed, timed out, or could not run.
    pub failed: u32,
}

impl Count {
    /// Adds one line of what nextest or `cargo test` says; most lines say nothing about numbers.
    pub fn add_line(&mut self, line: &str) {
        let nextest = line.trim_start().starts_with("Summary [");
        if !nextest && !line.starts_with("test result:") {
            return;
        }
        // "Summary [ 1.2s] 14 tests run: 12 passed (1 slow), 1 failed, 1 timed out, 3 skipped"
        // "test result: FAILED. 5 passed; 1 failed; 0 ignored; …"
        for part in line.split([',', ';', ':', '.']) {
            let mut words = part.split_whitespace();
            let number = words.next().and_then(|word| word.parse::<u32>().ok());
            match (number, words.next()) {
                (Some(number), Some("passed")) => self.passed += number,
                (Some(number), Some("failed" | "timed" | "exec")) => self.failed += number,
                _ => {}
            }
        }
    }

    /// Reads Playwright's JSON report.
    pub fn from_playwright(report: &Value) -> Option<Self> {
        let stats = report.get("stats")?;
        let number = |name: &str| {
            stats
                .get(name)
                .and_then(Value::as_u64)
                .and_then(|n| u32::try_from(n).ok())
        };
        let errors = report.get("errors").and_then(Value::as_array).map_or(0, Vec::len);
        Some(Self {
            passed: number("expected")?,
            // A test that passes only sometimes is a failure here: nobody may rely on it.
            failed: number("unexpected")? + number("flaky")? + u32::try_from(errors).unwrap_or(1),
        })
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::Count;

    fn count(lines: &[&str]) -> Count {
        let mut count = Count::default();
        lines.iter().for_each(|line| count.add_line(line));
        count
    }

    #[test]
    fn nextest_summary_is_read_with_its_slow_and_timed_out_tests() {
        let line =
            "     Summary [   1.25s] 15 tests run: 12 passed (1 slow, 2 leaky), 2 failed, 1 timed out, 3 skipped";
        assert_eq!(count(&[line]), Count { passed: 12, failed: 3 });
    }

    #[test]
    fn cargo_test_results_of_all_packages_are_summed() {
        let lines = [
            "running 6 tests",
            "test result: FAILED. 5 passed; 1 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.01s",
            "test result: ok. 2 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.00s",
        ];
        assert_eq!(count(&lines), Count { passed: 7, failed: 1 });
    }

    #[test]
    fn what_a_test_prints_about_itself_is_not_counted() {
        assert_eq!(count(&["9 passed, 9 failed", "my test: 3 passed"]), Count::default());
    }

    #[test]
    fn a_flaky_browser_test_and_a_failed_set_up_are_failures() {
        let report = json!({"stats": {"expected": 4, "unexpected": 1, "flaky": 1, "skipped": 0}, "errors": [{}]});
        assert_eq!(Count::from_playwright(&report), Some(Count { passed: 4, failed: 3 }));
    }
}
