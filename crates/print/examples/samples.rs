//! Writes a sample of each sheet into a folder, to look at: `cargo run -p minyi-print --example samples -- FOLDER`. With a
//! number behind the folder, so many posters more, drawn in parts and joined as the worker does it, and what that took.

use std::{
    error::Error,
    fs::{self, File},
    io::Write as _,
    path::{Path, PathBuf},
    time::Instant,
};

use minyi_domain::sheet::{Sheet, SheetDeputy, Template};
use minyi_print::code::{CodeImage, Logo};
use minyi_print::font::Font;
use minyi_print::join::Joiner;
use minyi_print::sheet::{Look, sheets_pdf};

/// As many as the worker draws at once.
const PART: usize = 240;

fn main() -> Result<(), Box<dyn Error>> {
    let folder = PathBuf::from(std::env::args().nth(1).ok_or("which folder?")?);
    fs::create_dir_all(&folder)?;
    let font = Font::find()?;
    let save = |name: &str, sheets: &[Sheet], template, crop_marks| -> Result<(), Box<dyn Error>> {
        let start = Instant::now();
        let look = Look {
            crop_marks,
            ..Look::plain(template)
        };
        let pdf = sheets_pdf(sheets, &look, &font)?;
        println!(
            "{name}: {} sheets, {} bytes, {:?}",
            sheets.len(),
            pdf.len(),
            start.elapsed()
        );
        Ok(fs::write(folder.join(name), pdf)?)
    };
    save("a4.pdf", &[sheet(3)], Template::A4, false)?;
    save("a4-crop.pdf", &[sheet(12), sheet(0)], Template::A4, true)?;
    save("a5.pdf", &[sheet(5)], Template::A5, false)?;
    save("labels.pdf", &vec![sheet(0); 24], Template::Labels, false)?;
    save("long.pdf", &[long()], Template::A4, false)?;
    save("long-labels.pdf", &vec![long(); 30], Template::Labels, true)?;
    save("stand.pdf", &[sheet(0)], Template::Stand, false)?;
    save("cards.pdf", &vec![sheet(0); 10], Template::Cards, false)?;
    if let Some(count) = std::env::args().nth(2) {
        batch(&folder.join("batch.pdf"), count.parse()?, &font)?;
    }

    let mut code = CodeImage::new("https://my.example.gov.cn/c/ACDE3467KMNP");
    fs::write(folder.join("code.svg"), code.svg()?)?;
    fs::write(folder.join("code.png"), code.png(600)?)?;
    code.logo = Some(Logo::Mark);
    fs::write(folder.join("code-mark.png"), code.png(600)?)?;
    Ok(())
}

/// So many posters, each with a code of its own, with one part at a time in memory.
fn batch(path: &Path, count: usize, font: &Font) -> Result<(), Box<dyn Error>> {
    let (start, look) = (Instant::now(), Look::plain(Template::A4));
    let (mut file, mut joiner) = (File::create(path)?, Joiner::new());
    let numbers: Vec<usize> = (0..count).collect();
    for part in numbers.chunks(PART) {
        let sheets: Vec<Sheet> = part.iter().map(|number| numbered(*number)).collect();
        file.write_all(&joiner.append(&sheets_pdf(&sheets, &look, font)?)?)?;
    }
    let pages = joiner.pages();
    file.write_all(&joiner.finish("民意码"))?;
    let seconds = start.elapsed().as_secs_f64();
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let peak = status.lines().find(|line| line.starts_with("VmHWM")).unwrap_or("");
    println!(
        "batch.pdf: {pages} pages, {} bytes, {seconds:.1} s; {peak}",
        file.metadata()?.len()
    );
    Ok(())
}

fn numbered(number: usize) -> Sheet {
    Sheet {
        place: format!("临江区柳荫街道槐树里社区第{number}网格"),
        url: format!("https://my.example.gov.cn/c/ACDE{number:08}"),
        ..sheet(3)
    }
}

/// A believable sheet with so many deputies.
fn sheet(deputies: usize) -> Sheet {
    let names = ["王建国", "李秀英", "张伟", "欧阳明华", "陈桂兰", "刘洋", "赵铁柱"];
    let levels = ["区人大代表", "市人大代表", "街道议事代表"];
    let deputy = |(name, level): (&str, &str)| SheetDeputy {
        name: name.into(),
        level: level.into(),
    };
    let all = names.into_iter().cycle().zip(levels.into_iter().cycle());
    Sheet {
        purpose: None,
        place: "临江区柳荫街道槐树里社区第三网格".to_owned(),
        station: "柳荫街道人大代表联络站".to_owned(),
        url: "https://my.example.gov.cn/c/ACDE3467KMNP".to_owned(),
        typed_token: "ACDE-3467-KMNP".to_owned(),
        typed_address: "my.example.gov.cn/c".to_owned(),
        deputies: all.take(deputies).map(deputy).collect(),
        hotline: Some("0571-8808 1234".to_owned()),
    }
}

/// A sheet whose every text is longer than usual.
fn long() -> Sheet {
    let name = "阿卜杜热合曼·买买提江·托合提尼亚孜".to_owned();
    let level = "柳荫街道选举委员会推选的区第十八届人大代表".to_owned();
    Sheet {
        place: "黔东南苗族侗族自治州临江县柳荫镇（经济开发区）槐树里社区居民委员会第三网格（东至人民路，西至解放路）"
            .to_owned(),
        station: "柳荫镇经济开发区槐树里社区人大代表联络站（人民之家）".to_owned(),
        url: "https://minyi.qiandongnan-prefecture.example.gov.cn/c/ACDE3467KMNP".to_owned(),
        typed_address: "minyi.qiandongnan-prefecture.example.gov.cn/c".to_owned(),
        deputies: vec![SheetDeputy { name, level }; 14],
        hotline: Some("0855-8808 1234 转 8016".to_owned()),
        ..sheet(0)
    }
}
