//! A phone's photo of twelve megapixels: decoded, upright, stripped, as two JPEGs; its CPU time beside that of vipsthumbnail,
//! each in a process for each photo.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::Context as _;
use image::{Rgb, RgbImage, codecs::jpeg::JpegEncoder};
use minyi_dev::servers::random_password;

use crate::{
    Effort,
    figure::{Figure, Goal},
    tools::{finish, process::children_cpu},
};

const WIDTH: u32 = 4000;
const HEIGHT: u32 = 3000;
/// APP1: to be turned by 90° for viewing.
const EXIF: &[u8] = b"\xff\xe1\0\x22Exif\0\0II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0\x06\0\0\0\0\0\0\0";

pub async fn run(effort: Effort) -> anyhow::Result<Vec<Figure>> {
    let folder = std::env::temp_dir().join(format!("minyi-photo-{}", random_password()?));
    fs::create_dir(&folder)?;
    let found = measure(effort, &folder).await;
    fs::remove_dir_all(&folder)?;
    found
}

async fn measure(effort: Effort, folder: &Path) -> anyhow::Result<Vec<Figure>> {
    let photo = folder.join("photo.jpg");
    let file = photo.clone();
    tokio::task::spawn_blocking(move || anyhow::Ok(fs::write(file, camera()?)?)).await??;
    let photos = u32::try_from(effort.count(30))?;
    let (mut ours, mut limit) = (0.0, 0.0);
    // In turns, so that both meet the same neighbours.
    for _ in 0..photos {
        ours += cpu(own(&photo)?).await?;
        limit += cpu(vipsthumbnail(&photo, 1600, &folder.join("full.jpg"))).await?;
        limit += cpu(vipsthumbnail(&folder.join("full.jpg"), 320, &folder.join("small.jpg"))).await?;
    }
    let each = |seconds: f64| seconds / f64::from(photos) * 1000.0;
    Ok(vec![
        Figure::new(
            9,
            format!("photo of {} pixels, CPU time", WIDTH * HEIGHT),
            each(ours),
            "ms",
        )
        .against("vipsthumbnail", each(limit))
        .should_be(Goal::TimesLimit(1.5)),
    ])
}

/// Seconds of CPU time that a program takes.
async fn cpu(command: Command) -> anyhow::Result<f64> {
    let before = children_cpu()?;
    finish(command).await?;
    Ok(children_cpu()? - before)
}

fn own(photo: &Path) -> anyhow::Result<Command> {
    let mut command = Command::new(std::env::current_exe()?);
    command.arg("process-photo").arg(photo);
    Ok(command)
}

/// It turns by itself; the small one is made of the large one, as ours is.
fn vipsthumbnail(from: &Path, pixels: u32, to: &Path) -> Command {
    let mut command = Command::new("vipsthumbnail");
    command.arg(from).args(["--size", &format!("{pixels}x{pixels}")]);
    command.arg("-o").arg(format!("{}[Q=82,strip]", to.display()));
    command
}

/// Makes what is kept of a photo, beside it.
pub fn process(photo: &Path) -> anyhow::Result<()> {
    let made = minyi_api::pictures::process(&fs::read(photo)?);
    let picture = made.map_err(|problem| anyhow::anyhow!("{problem:?}"))?;
    let beside = |name: &str| -> PathBuf { photo.with_file_name(name) };
    fs::write(beside("own-full.jpg"), picture.full)?;
    fs::write(beside("own-small.jpg"), picture.thumbnail).context("the small one")
}

/// Large plain surfaces with some noise, as a camera makes them.
fn camera() -> anyhow::Result<Vec<u8>> {
    let mut jpeg = Vec::new();
    JpegEncoder::new_with_quality(&mut jpeg, 90).encode_image(&RgbImage::from_fn(WIDTH, HEIGHT, pixel))?;
    Ok([&jpeg[..2], EXIF, &jpeg[2..]].concat())
}

fn pixel(x: u32, y: u32) -> Rgb<u8> {
    let mixed = x.wrapping_mul(2_654_435_761) ^ y.wrapping_mul(2_246_822_519);
    let [noise, ..] = mixed.rotate_left(11).to_le_bytes();
    let [light, ..] = ((x / 20 + y / 15) % 200).to_le_bytes();
    let noise = noise / 16;
    Rgb([light + noise, light / 2 + noise, 220 - light + noise])
}
