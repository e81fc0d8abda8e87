//! Working out an expression, for so long and no longer.

use std::time::{Duration, Instant};

use fend_core::{Context, Interrupt, evaluate_with_interrupt};

/// How long is reckoned at most.
const PATIENCE: Duration = Duration::from_millis(500);
/// The longest number that is told, in characters.
const LONGEST: usize = 2_000;

struct Deadline(Instant);

impl Interrupt for Deadline {
    fn should_interrupt(&self) -> bool {
        Instant::now() >= self.0
    }
}

/// What it comes to, or what is wrong with it. Blocks for half a second at most.
pub(super) fn calculate(expression: &str) -> Result<String, String> {
    let mut context = Context::new();
    context.disable_rng();
    let deadline = Deadline(Instant::now() + PATIENCE);
    match evaluate_with_interrupt(expression, &mut context, &deadline) {
        Ok(result) => {
            let result = result.get_main_result();
            if result.is_empty() {
                return Err("There is nothing to work out.".to_owned());
            }
            Ok(result.chars().take(LONGEST).collect())
        }
        Err(_) if Instant::now() >= deadline.0 => Err("It takes too long to work out.".to_owned()),
        Err(error) => Err(error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn expressions_are_worked_out() {
        assert_eq!(calculate("(17.5 * 3)^2").as_deref(), Ok("2756.25"));
        assert_eq!(calculate("1/4").as_deref(), Ok("0.25"));
        assert!(calculate("1 +").is_err());
        assert!(calculate("rm -rf").is_err());
    }

    #[test]
    fn what_takes_for_ever_is_given_up() {
        let began = Instant::now();
        assert!(calculate("9^9^9^9").is_err());
        assert!(calculate("100000000!").is_err());
        assert!(began.elapsed() < Duration::from_secs(10));
    }
}
