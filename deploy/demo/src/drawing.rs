//! A street with houses, a road, and something on it that somebody complains about.

use image::{Rgb, RgbImage};

use crate::seed::Chance;

const WIDTH: u32 = 800;
const HEIGHT: u32 = 600;
/// Where the ground begins.
const GROUND: i64 = 380;

/// Sky above and at the horizon: a clear day, an overcast one, an evening.
const SKIES: [([u8; 3], [u8; 3]); 3] = [
    ([112, 168, 222], [218, 232, 242]),
    ([150, 160, 168], [212, 214, 214]),
    ([58, 66, 110], [236, 170, 120]),
];
const WALLS: [[u8; 3]; 5] = [
    [206, 190, 168],
    [176, 120, 98],
    [188, 194, 196],
    [222, 208, 176],
    [150, 156, 150],
];

/// One picture; the same dice draw the same picture.
pub fn street(chance: &mut Chance) -> RgbImage {
    let mut picture = RgbImage::new(WIDTH, HEIGHT);
    let (above, horizon) = chance.pick(&SKIES).copied().unwrap_or_default();
    shade(&mut picture, 0..GROUND, above, horizon);
    shade(&mut picture, GROUND..460, [168, 162, 154], [184, 178, 168]);
    shade(&mut picture, 460..i64::from(HEIGHT), [92, 94, 98], [70, 72, 76]);
    houses(&mut picture, chance);
    for dash in 0..7 {
        block(&mut picture, (dash * 130 - 20, 530), (70, 8), [214, 208, 190]);
    }
    match chance.between(0, 4) {
        0 => lamp(&mut picture, chance.between(150, 650)),
        1 => rubbish(&mut picture, chance),
        2 => puddle(&mut picture, chance.between(200, 600), [110, 128, 146]),
        _ => puddle(&mut picture, chance.between(200, 600), [38, 38, 40]),
    }
    picture
}

fn houses(picture: &mut RgbImage, chance: &mut Chance) {
    let mut left = -20;
    while left < i64::from(WIDTH) {
        let (width, height) = (chance.between(110, 190), chance.between(140, 330));
        let wall = chance.pick(&WALLS).copied().unwrap_or_default();
        let top = GROUND - height;
        block(picture, (left, top), (width, height), wall);
        for row in 0..(height - 30) / 44 {
            for column in 0..(width - 16) / 34 {
                let lit = chance.percent(15);
                let glass = if lit { [244, 220, 150] } else { [88, 104, 118] };
                block(picture, (left + 12 + column * 34, top + 16 + row * 44), (20, 26), glass);
            }
        }
        left += width + chance.between(0, 24);
    }
}

/// A street lamp that does not burn.
fn lamp(picture: &mut RgbImage, x: i64) {
    block(picture, (x, 190), (7, 270), [70, 74, 78]);
    block(picture, (x - 42, 184), (50, 6), [70, 74, 78]);
    block(picture, (x - 50, 190), (26, 9), [120, 122, 118]);
}

fn rubbish(picture: &mut RgbImage, chance: &mut Chance) {
    let x = chance.between(120, 560);
    for _ in 0..26 {
        let (right, down) = (chance.between(0, 130), chance.between(0, 46));
        let size = (chance.between(14, 40), chance.between(10, 30));
        let mut tone = || u8::try_from(chance.between(60, 225)).unwrap_or(128);
        let colour = [tone(), tone(), tone()];
        block(picture, (x + right, 412 + down), size, colour);
    }
}

/// Water that stands, or a hole.
fn puddle(picture: &mut RgbImage, x: i64, colour: [u8; 3]) {
    const HALF: (i64, i64) = (120, 26);
    for down in -HALF.1..=HALF.1 {
        let width = (1..=HALF.0)
            .take_while(|right| {
                right * right * HALF.1 * HALF.1 + down * down * HALF.0 * HALF.0 <= HALF.0 * HALF.0 * HALF.1 * HALF.1
            })
            .last()
            .unwrap_or(0);
        block(picture, (x - width, 500 + down), (2 * width, 1), colour);
    }
}

/// Rows that change from one colour to another.
fn shade(picture: &mut RgbImage, rows: std::ops::Range<i64>, from: [u8; 3], to: [u8; 3]) {
    let count = rows.end - rows.start;
    for row in rows.clone() {
        let mix = |from: u8, to: u8| {
            let mixed = (i64::from(from) * (rows.end - row) + i64::from(to) * (row - rows.start)) / count;
            u8::try_from(mixed).unwrap_or(to)
        };
        let [r, g, b] = [0, 1, 2].map(|channel: usize| {
            mix(
                from.get(channel).copied().unwrap_or(0),
                to.get(channel).copied().unwrap_or(0),
            )
        });
        block(picture, (0, row), (i64::from(WIDTH), 1), [r, g, b]);
    }
}

/// A rectangle; what lies outside the picture is cut off.
fn block(picture: &mut RgbImage, (left, top): (i64, i64), (width, height): (i64, i64), colour: [u8; 3]) {
    for y in top..top + height {
        for x in left..left + width {
            let (Ok(x), Ok(y)) = (u32::try_from(x), u32::try_from(y)) else {
                continue;
            };
            if let Some(pixel) = picture.get_pixel_mut_checked(x, y) {
                *pixel = Rgb(colour);
            }
        }
    }
}
