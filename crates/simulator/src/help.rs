//! What a command line tells of the simulator.

use std::fmt::Write as _;

use crate::FAULTS;

/// The simulator's faults, limits and control, for the end of a help text.
pub fn help() -> String {
    let mut text = String::from(
        "\
Every path of the service is served under one address: /compatible-mode/v1, /apps/anthropic, /api/v1, /api/v2/apps,
/api-ws/v1 and /openapi/tingwu/v2. Answers are made up; equal seeds and questions give equal ones. The model
simulator-fixed answers with the same words at once, for load tests.

FAULTS
  A request asks for faults by a header or by its model's name, which some clients allow only:
    x-simulator-fault: reset:100@3, slow-start:2s
    \"model\": \"qwen-plus@fault:throttle\"
  Behind the name stands a detail, and behind @ the events of a stream that come before it. On the command line the
  share of the requests is last: --fault throttle:0.1 --fault reset:100:0.05@3 --fault gateway:503:1.

",
    );
    let width = FAULTS.iter().map(|(name, _)| name.len()).max().unwrap_or(0);
    for (name, meaning) in FAULTS {
        // Writing to a string doesn't fail.
        let _ = writeln!(text, "    {name:width$}  {meaning}");
    }
    text.push_str(
        "
LIMITS
  --limits published counts as the service does: requests and tokens of each model in its own short windows, a guard
  against sudden growth (X-DashScope-Wait-Timeout queues), queries of tasks, uploads, files, batches and meetings.
  --limits rpm=60,tpm=100000 holds for every model.

CONTROL
  GET    /simulator                what there is, as JSON
  GET    /simulator/requests       the requests in the order of arrival, without secrets and contents
  GET    /simulator/totals         sums by key and model over all requests since the start
  POST   /simulator/answers        what is answered next: words, reasoning, a tool call, a refusal
  POST   /simulator/faults         what goes wrong next; DELETE calls it off
  POST   /simulator/release        lets go what is held
  PUT    /simulator/options        latency, speed, limits, faults, while it runs
",
    );
    text
}

#[cfg(test)]
mod tests {
    use super::help;
    use crate::FAULTS;

    #[test]
    fn every_fault_is_explained() {
        let text = help();
        for (name, meaning) in FAULTS {
            assert!(text.contains(name) && text.contains(meaning), "{name}");
        }
    }
}
