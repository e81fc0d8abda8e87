//! Working out an expression, for so long and no longer.

use std::{
    thread,
    time::{Duration, Instant},
};

use fend_core::{Context, Interrupt, evaluate_with_interrupt};

/// How long is reckoned at most.
const PATIENCE: Duration = Duration::from_millis(500);
/// The longest number that is told, in characters.
const LONGEST: usize = 2_000;
/// What so many brackets in each other may need of a stack.
const STACK: usize = 64 * 1024 * 1024;

struct Deadline(Instant);

impl Interrupt for Deadline {
    fn should_interrupt(&self) -> bool {
        Instant::now() >= self.0
    }
}

/// What it comes to, or what is wrong with it. Blocks for half a second at most.
pub(super) fn calculate(expression: &str) -> Result<String, String> {
    if let Some(sign) = expression.chars().find(|sign| !is_arithmetic(*sign)) {
        return Err(format!("`{sign}` is no part of an arithmetic expression."));
    }
    thread::scope(|scope| {
        let reckoner = thread::Builder::new().stack_size(STACK);
        let reckoning = reckoner.spawn_scoped(scope, || reckon(expression)).ok();
        let reckoned = reckoning.and_then(|reckoning| reckoning.join().ok());
        reckoned.unwrap_or_else(|| Err("It can't be worked out.".to_owned()))
    })
}

/// What numbers, units and functions are written with. What functions are defined with is left out: one that calls itself would use up
/// the stack, and with it the process.
fn is_arithmetic(sign: char) -> bool {
    sign.is_alphanumeric() || sign.is_whitespace() || "+-−*×·/÷^().,%!°√_".contains(sign)
}

fn reckon(expression: &str) -> Result<String, String> {
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
        assert!(calculate(&"(".repeat(300)).is_err());
    }

    #[test]
    fn nothing_is_defined_that_could_call_itself() {
        for expression in [
            "(x: x x) (x: x x)",
            r"(\x. x x) (\x. x x)",
            "(x => x x) (x => x x)",
            "f = x: f x; f 1",
        ] {
            assert!(calculate(expression).is_err(), "{expression}");
        }
    }

    #[test]
    fn what_takes_for_ever_is_given_up() {
        let began = Instant::now();
        assert!(calculate("9^9^9^9").is_err());
        assert!(calculate("100000000!").is_err());
        assert!(began.elapsed() < Duration::from_secs(10));
    }
}
