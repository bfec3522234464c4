use super::*;

/// A frame's time, ms.
const FRAME: u64 = 40;
const ROUND_TRIP: u64 = 20;

fn ms(ms: u64) -> f64 {
    ms as f64
}

fn chunk(seq: u32) -> Place {
    (10, seq)
}

/// A source of 25 chunks a second, of 1000 bytes each, behind a line: a queue that gives so many bytes per
/// second, and a relay that says what it has every 250 ms.
struct Simulation {
    line: Line,
    now: u64,
    sent: u32,
    arrived: f64,
    queue: f64,
}

impl Simulation {
    fn new() -> Self {
        Self { line: Line::new(ms(FRAME)), now: 0, sent: 0, arrived: 0.0, queue: 0.0 }
    }

    /// Runs for so many ms; gives the greatest lateness.
    fn run(&mut self, milliseconds: u64, bytes_per_second: f64) -> u64 {
        let end = self.now + milliseconds;
        let mut worst = 0.0_f64;
        while self.now < end {
            self.now += 10;
            if self.now.is_multiple_of(FRAME) {
                self.sent += 1;
                self.queue += 1_000.0;
                self.line.sent(chunk(self.sent), 1_000, ms(self.now));
            }
            let passed = self.queue.min(bytes_per_second / 100.0);
            self.queue -= passed;
            self.arrived += passed;
            if self.now.is_multiple_of(250) {
                self.say();
            }
            worst = worst.max(self.line.lateness(ms(self.now)));
        }
        worst as u64
    }

    /// The connection is lost for so long. Then all that was recorded meanwhile is sent at once.
    fn interrupt(&mut self, milliseconds: u64) {
        self.line.reset(None, ms(self.now));
        let chunks = (milliseconds / FRAME) as u32;
        self.now += milliseconds;
        self.sent += chunks;
        self.queue += f64::from(chunks) * 1_000.0;
        self.line.reset(Some(chunk(self.sent)), ms(self.now));
    }

    fn say(&mut self) {
        let seq = (self.arrived / 1_000.0 + 1e-6) as u32 + 1;
        self.line.have(10, seq, 10, ms(ROUND_TRIP), ms(self.now));
    }
}

#[test]
fn a_healthy_line_is_never_late_whatever_the_cadence() {
    let mut simulation = Simulation::new();
    let worst = simulation.run(10_000, 1e6);
    assert!(worst <= FRAME, "{worst} ms");
    assert!(simulation.line.is_fine() && !simulation.line.is_narrow(LATE));
}

#[test]
fn half_a_line_is_narrow_within_a_second_and_tells_what_it_carries() {
    let mut simulation = Simulation::new();
    simulation.run(4_000, 1e6);
    let mut after = 0;
    while !simulation.line.is_narrow(LATE) {
        after += 10;
        simulation.run(10, 12_500.0);
    }
    assert!((500..=1_000).contains(&after), "after {after} ms");
    let carries = simulation.line.carries(LATELY).expect("a rate");
    assert!((80_000.0..130_000.0).contains(&carries), "{carries} bit/s");
    assert!(!simulation.line.is_jammed(ms(simulation.now)), "nothing needs to be given up yet");
    simulation.run(1_500, 12_500.0);
    assert!(simulation.line.is_jammed(ms(simulation.now)), "but a moment later");
    let carries = simulation.line.carries(LATELY).expect("a rate");
    assert!((carries - 100_000.0).abs() < 5_000.0, "{carries} bit/s");
}

#[test]
fn a_tenth_of_a_line_is_jammed_before_the_first_piece_is_a_second_late() {
    let mut simulation = Simulation::new();
    simulation.run(4_000, 1e6);
    simulation.run(1_000, 2_500.0);
    assert!(simulation.line.is_jammed(ms(simulation.now)));
}

#[test]
fn a_large_picture_among_small_sounds_is_no_queue() {
    let mut line = Line::new(ms(FRAME));
    for i in 1..=20 {
        line.sent(chunk(i), 500, ms(u64::from(i) * 60));
        if i == 20 {
            line.sent(chunk(21), 100_000, ms(1_200));
        }
        line.have(10, i + 1, 10, ms(0), ms(u64::from(i) * 60));
    }
    assert_eq!(line.lateness(ms(1_200)), 0.0, "at the rate of the sounds it would be 12 s");
}

#[test]
fn a_queue_that_gets_shorter_is_not_narrow() {
    let mut simulation = Simulation::new();
    simulation.run(2_000, 12_500.0);
    assert!(simulation.line.is_narrow(LATE));
    simulation.run(500, 40_000.0);
    assert!(simulation.line.lateness(ms(simulation.now)) > LATE);
    assert!(!simulation.line.is_narrow(LATE));
}

#[test]
fn a_hiccup_of_a_second_is_waited_for() {
    let mut simulation = Simulation::new();
    simulation.run(3_000, 1e6);
    let worst = simulation.run(1_000, 0.0);
    assert!((600..=1_000).contains(&worst), "{worst} ms");
    simulation.run(500, 1e6);
    assert!(!simulation.line.is_narrow(LATE) && !simulation.line.is_jammed(ms(simulation.now)));
}

#[test]
fn a_hiccup_on_a_line_that_is_hardly_wide_enough_is_waited_for_too() {
    let mut simulation = Simulation::new();
    simulation.run(3_100, 30_000.0);
    simulation.run(900, 0.0);
    let worst = simulation.run(1_000, 30_000.0);
    assert!((600..=1_100).contains(&worst), "{worst} ms");
    assert!(!simulation.line.is_narrow(LATE), "it gets less");
}

#[test]
fn after_a_jam_the_line_is_free_only_when_what_is_on_its_way_has_arrived() {
    let mut simulation = Simulation::new();
    simulation.run(5_000, 0.0);
    assert!(simulation.line.is_jammed(ms(simulation.now)));
    // From now on nothing is sent.
    simulation.now += 500;
    simulation.arrived = f64::from(simulation.sent - 40) * 1_000.0;
    simulation.say();
    assert!(simulation.line.is_jammed(ms(simulation.now)), "the rest is 1.6 s old");
    simulation.now += 250;
    simulation.arrived = f64::from(simulation.sent) * 1_000.0;
    simulation.say();
    assert!(!simulation.line.is_jammed(ms(simulation.now)));
    simulation.sent += 1;
    simulation.line.sent(chunk(simulation.sent), 1_000, ms(simulation.now));
    assert_eq!(simulation.line.lateness(ms(simulation.now)), 0.0, "what was late is forgotten");
}

#[test]
fn what_is_sent_again_after_a_reconnect_is_no_congestion() {
    let mut simulation = Simulation::new();
    simulation.run(1_000, 1e6);
    simulation.interrupt(4_000);
    let worst = simulation.run(6_000, 60_000.0);
    assert!(ms(worst) < FREE, "{worst} ms: 100 kB are sent again, and 71 kB wait behind them");
    assert!(simulation.line.is_fine() && simulation.line.carries(LATELY).is_some(), "it is watched again");
}

#[test]
fn a_line_that_is_too_narrow_for_what_is_sent_again_and_all_else_is_found_out() {
    let mut simulation = Simulation::new();
    simulation.interrupt(2_000);
    simulation.run(10_000, 20_000.0);
    assert!(simulation.line.is_jammed(ms(simulation.now)));
}

#[test]
fn what_the_relay_does_not_take_is_not_on_its_way() {
    let mut line = Line::new(ms(FRAME));
    let message = |kind| Message { kind, segment: 10, seq: 1, sent: 0, body: () };
    line.sent(place(&message(Kind::Blob { mime: "video/webm".into() })), 1_000, ms(0));
    line.sent(place(&message(Kind::Chunk)), 1_000, ms(0));
    line.have(10, 1, 10, ms(0), ms(900));
    assert!(line.lateness(ms(900)) > ms(600), "the blob is there, the chunk is not");
    line.have(0, 0, 11, ms(0), ms(900));
    assert_eq!(line.lateness(ms(900)), 0.0, "somebody else has taken over");
}

#[test]
fn a_page_that_was_frozen_says_nothing_about_its_line() {
    let mut simulation = Simulation::new();
    simulation.run(990, 1e6);
    simulation.now += 60_000;
    simulation.line.sent(chunk(simulation.sent + 1), 1_000, ms(simulation.now));
    assert!(simulation.line.lateness(ms(simulation.now)) < ms(300));
}
