use super::*;

/// So many calls of as many credentials, as far as there is room.
fn calls(room: &Arc<Room>, wanted: usize) -> Vec<Place> {
    (0..wanted)
        .filter_map(|number| room.enter(&number.to_string(), Weight::Call).ok())
        .collect()
}

/// The same of one credential.
fn calls_of(credential: &str, room: &Arc<Room>, wanted: usize) -> Vec<Place> {
    (0..wanted)
        .filter_map(|_| room.enter(credential, Weight::Call).ok())
        .collect()
}

#[test]
fn what_does_not_fit_is_refused_and_fits_again_when_others_have_left() {
    let room = Room::new(8, None);
    let mut running = calls(&room, 20);
    assert_eq!(running.len(), 8);
    assert_eq!(
        room.enter("mei", Weight::Call).unwrap_err(),
        Shortage::CallsAtOnce
    );
    running.pop();
    assert_eq!(calls(&room, 20).len(), 1);
    drop(running);
    assert_eq!(calls(&room, 20).len(), 8);
    assert_eq!(room.seats().calls, 0);
}

#[test]
fn a_fifth_is_reserved_for_what_is_light() {
    let room = Room::new(8, None);
    let _running = calls(&room, 8);
    let light: Vec<_> = (0..10)
        .filter_map(|_| room.enter("mei", Weight::Light).ok())
        .collect();
    assert_eq!(light.len(), 2);
}

#[tokio::test(start_paused = true)]
async fn a_late_runtime_makes_the_room_smaller_and_one_in_time_larger() {
    let room = Room::new(10_000, Some(Duration::from_millis(25)));
    let running = calls(&room, 3_000);
    let closing = CancellationToken::new();
    let kept = tokio::spawn({
        let (room, closing) = (Arc::clone(&room), closing.clone());
        async move { room.keep(closing).await }
    });
    tokio::task::yield_now().await;
    for _ in 0..10 {
        // The clock runs on without anybody being woken, as when all processors are busy.
        tokio::time::advance(delay::NAP + Duration::from_millis(50)).await;
        tokio::task::yield_now().await;
    }
    assert_eq!(room.enter("mei", Weight::Call).unwrap_err(), Shortage::Time);
    assert!(room.enter("mei", Weight::Light).is_ok());
    tokio::time::sleep(Duration::from_secs(5)).await;
    assert_eq!(calls(&room, 20_000).len(), 7_000);
    drop(running);
    closing.cancel();
    kept.await.unwrap();
}

#[test]
fn who_has_many_calls_leaves_room_for_others() {
    let room = Room::new(2, None);
    let hog = calls_of("hog", &room, 2);
    assert!(hog.len() == 1 && room.enter("other", Weight::Call).is_ok());
    for most in [5, 10, 100, 1_000] {
        let room = Room::new(most, None);
        let mut hog = calls_of("hog", &room, 2 * most);
        assert!(hog.len() * 5 + 4 >= most * 4, "{} of {most}", hog.len());
        assert_eq!(
            room.enter("hog", Weight::Call).unwrap_err(),
            Shortage::Share
        );
        // As long as the hog takes all that it gets, others find a place, and in time as many.
        let mut others = Vec::new();
        for _ in 0..most {
            others.extend(room.enter("other", Weight::Call).ok());
            hog.pop();
            hog.extend(room.enter("hog", Weight::Call).ok());
            assert!(room.enter("a third", Weight::Call).is_ok(), "{most}");
        }
        assert!(
            others.len() * 9 + 9 >= most * 3,
            "{} of {most}",
            others.len()
        );
        drop((hog, others));
        assert!(room.seats().of.is_empty());
    }
}
