//! Ten thousand posters as one PDF: pages a second against encoding the codes alone, and whether memory grows with pages.

use std::{
    fs::{self, File},
    io::Write as _,
    process::Command,
    time::Instant,
};

use anyhow::Context as _;
use minyi_domain::sheet::{Sheet, SheetDeputy, Template};
use minyi_print::{
    font::Font,
    join::Joiner,
    sheet::{Look, sheets_pdf},
};
use qrcode::QrCode;

use crate::{
    Effort,
    figure::{Figure, Goal},
    tools::{finish, process::memory},
};

pub async fn run(effort: Effort) -> anyhow::Result<Vec<Figure>> {
    let pages = effort.count(10_000);
    let (many, few) = (drawn(pages).await?, drawn(pages / 10).await?);
    let codes = tokio::task::spawn_blocking(move || encode(pages)).await??;
    Ok(vec![
        Figure::new(8, format!("posters, one PDF of {pages} pages"), many.a_second, "/s")
            .against("qrcode alone", codes)
            .should_be(Goal::AtLeast(500.0)),
        Figure::new(8, format!("memory of {pages} pages"), many.peak_mb, "MB")
            .against(format!("of {} pages", pages / 10), few.peak_mb)
            .should_be(Goal::TimesLimit(1.5)),
    ])
}

/// Pages that the worker draws and writes at a time.
const PART: usize = 240;

struct Drawn {
    a_second: f64,
    peak_mb: f64,
}

/// In a process of its own, whose memory holds nothing else.
async fn drawn(pages: usize) -> anyhow::Result<Drawn> {
    let mut command = Command::new(std::env::current_exe()?);
    command.args(["draw-posters", &pages.to_string()]);
    let output = finish(command).await?;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let (a_second, peak_mb) = text.trim().split_once(' ').context("nothing was drawn")?;
    Ok(Drawn {
        a_second: a_second.parse()?,
        peak_mb: peak_mb.parse()?,
    })
}

/// Draws, and prints pages a second and the most memory (MB) that it took.
pub fn draw(pages: usize) -> anyhow::Result<()> {
    let (font, look, sheets) = (Font::find()?, Look::plain(Template::A4), sheets(pages));
    let path = std::env::temp_dir().join(format!("minyi-posters-{}.pdf", std::process::id()));
    let mut file = File::create(&path)?;
    let begun = Instant::now();
    let mut joiner = Joiner::new();
    for part in sheets.chunks(PART) {
        file.write_all(&joiner.append(&sheets_pdf(part, &look, &font)?)?)?;
    }
    anyhow::ensure!(joiner.pages() == u64::try_from(pages)?, "pages are missing");
    file.write_all(&joiner.finish("民意码"))?;
    let seconds = begun.elapsed().as_secs_f64();
    fs::remove_file(path)?;
    let peak = memory("self", "VmHWM")?;
    println!("{} {peak}", f64::from(u32::try_from(pages)?) / seconds);
    Ok(())
}

fn encode(pages: usize) -> anyhow::Result<f64> {
    let begun = Instant::now();
    for page in 0..pages {
        QrCode::new(url(page))?;
    }
    Ok(f64::from(u32::try_from(pages)?) / begun.elapsed().as_secs_f64())
}

fn url(page: usize) -> String {
    format!("https://my.example.gov.cn/c/ACDE3467{page:04}")
}

fn sheets(pages: usize) -> Vec<Sheet> {
    let deputy = |name: &str, level: &str| SheetDeputy {
        name: name.to_owned(),
        level: level.to_owned(),
    };
    let sheet = |page| Sheet {
        place: format!("临江区柳荫街道槐树里社区第{page}网格"),
        purpose: None,
        station: "柳荫街道人大代表联络站".to_owned(),
        url: url(page),
        typed_token: "ACDE-3467-KMNP".to_owned(),
        typed_address: "my.example.gov.cn/c".to_owned(),
        deputies: vec![deputy("王建国", "区人大代表"), deputy("李秀英", "市人大代表")],
        hotline: Some("0571-8808 1234".to_owned()),
    };
    (0..pages).map(sheet).collect()
}
