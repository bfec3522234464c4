//! Which picture is shown now. Pure; all times are ms.

/// A timer fires in whole ms: what is due within this is due.
const EARLY: f64 = 1.0;

/// Two pictures within one refresh of a screen with 60 Hz would be one.
const APART: f64 = 17.0;

/// Pictures that are late are all shown, faster, up to so much; beyond, only the newest that is due.
const LATE: f64 = 250.0;

/// What to do now.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Turn {
    /// Show this one; those before it are never shown.
    Show(usize),
    /// Look again in so many ms.
    Wait(f64),
    Nothing,
}

/// `due` are the times, by the page's clock, at which pictures are to be shown, in order; `shown` is when the last one was.
pub fn turn(due: impl Iterator<Item = f64>, now: f64, shown: f64) -> Turn {
    let mut newest = None;
    let mut first = None;
    for (n, due) in due.enumerate() {
        first = first.or(Some(due));
        if due <= now + EARLY {
            newest = Some(n);
        }
    }
    match (first, newest) {
        (None, _) => Turn::Nothing,
        (Some(first), None) => Turn::Wait(first - now),
        (Some(first), Some(newest)) if now - first > LATE => Turn::Show(newest),
        _ if now - shown < APART - EARLY => Turn::Wait(shown + APART - now),
        _ => Turn::Show(0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(now: f64, shown: f64, due: &[f64]) -> Turn {
        turn(due.iter().copied(), now, shown)
    }

    #[test]
    fn a_picture_is_shown_when_it_is_due_and_never_early() {
        assert_eq!(at(100.0, 0.0, &[]), Turn::Nothing);
        assert_eq!(at(100.0, 67.0, &[110.0, 143.0]), Turn::Wait(10.0));
        assert_eq!(at(109.2, 67.0, &[110.0, 143.0]), Turn::Show(0));
    }

    #[test]
    fn what_is_late_is_shown_faster_one_by_one() {
        assert_eq!(at(200.0, 67.0, &[100.0, 133.0, 166.0]), Turn::Show(0));
        assert_eq!(at(200.0, 200.0, &[133.0, 166.0]), Turn::Wait(17.0));
        assert_eq!(at(217.0, 200.0, &[133.0, 166.0]), Turn::Show(0));
    }

    #[test]
    fn what_is_very_late_is_left_out() {
        assert_eq!(at(500.0, 67.0, &[100.0, 133.0, 166.0, 510.0]), Turn::Show(2));
    }
}
