//! Names of people: the resident's own, `王建国主任`, `我叫李四`, `联系人：张三`.

use super::{
    Kind, Marks,
    signs::{Sign, ends_with, longest, stands},
};

/// The frequent surnames, without those that are more often another word (`向`, `和`, `时`, `方`, `项`, `班`, …).
const SURNAMES: &str = "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林罗郑梁谢宋唐许韩邓冯曹彭曾肖田董潘袁蔡蒋余杜叶程苏魏吕丁沈任姚\
    卢姜崔钟谭陆汪范廖贾夏韦付傅邹熊孟秦邱江薛闫阎段雷侯龙史陶黎贺顾毛郝龚邵钱严覃武戴莫孔汤康柯祝翟庞倪童詹岳洪乔赖耿焦\
    聂霍裴尹庄俞殷葛樊欧祁阮骆申宁欧鲍章靳鲁喻阳滕兰伍尚凌柳甘卓邢涂辛尤齐";
const DOUBLE_SURNAMES: [&str; 12] = [
    "欧阳", "司马", "上官", "诸葛", "夏侯", "皇甫", "尉迟", "东方", "慕容", "司徒", "令狐", "端木",
];
const TITLES: [&str; 62] = [
    "先生",
    "女士",
    "小姐",
    "阿姨",
    "叔叔",
    "大爷",
    "大妈",
    "大叔",
    "大姐",
    "大哥",
    "大娘",
    "大嫂",
    "奶奶",
    "爷爷",
    "婆婆",
    "伯伯",
    "师傅",
    "老师",
    "书记",
    "主任",
    "医生",
    "大夫",
    "护士",
    "医师",
    "经理",
    "局长",
    "处长",
    "科长",
    "所长",
    "院长",
    "校长",
    "站长",
    "队长",
    "组长",
    "部长",
    "会长",
    "厂长",
    "园长",
    "主席",
    "镇长",
    "乡长",
    "村长",
    "区长",
    "县长",
    "市长",
    "董事长",
    "总经理",
    "老板",
    "律师",
    "法官",
    "警官",
    "警察",
    "教练",
    "教授",
    "工程师",
    "会计",
    "同志",
    "同学",
    "代表",
    "委员",
    "副主任",
    "副书记",
];
/// What is said before one's name.
const SAYS: [&str; 8] = [
    "我叫",
    "名叫",
    "叫做",
    "我名字叫",
    "本人叫",
    "我的名字是",
    "姓名是",
    "名字叫",
];
/// The same, but more often followed by something else: a name only if it ends there.
const MAY_SAY: [&str; 16] = [
    "我是",
    "本人",
    "姓名",
    "联系人",
    "业主",
    "户主",
    "患者",
    "学生",
    "申请人",
    "投诉人",
    "反映人",
    "举报人",
    "当事人",
    "村民",
    "居民",
    "法人",
];
/// Not a part of a name.
const NEVER: &str = "的了在是有和与及等副正村镇乡区县市省委党支部局处科所院校站队办公室人民政府个这那你我他她它们不也都就还很请\
    要会能可多何边围对向给让把被说称问让到来去上下中里外前后从为因所以但或如某家目前社街道路号年月日时分一两";

/// Words that end like a surname.
const NO_SURNAMES: [&str; 12] = [
    "担任", "现任", "时任", "原任", "兼任", "历任", "前任", "责任", "主任", "感谢", "多谢", "致谢",
];

/// Marks the resident's own name wherever it stands.
pub fn scan_given(signs: &[Sign], given: Option<&str>, marks: &mut Marks<'_>) {
    let given: String = given.unwrap_or_default().trim().to_lowercase();
    // Never a part of what is written instead of something.
    let usable = given.chars().count() >= 2
        && given.chars().all(char::is_alphanumeric)
        && !given.contains('某')
        && Kind::ALL.iter().all(|kind| !kind.replacement().contains(&given));
    let length = given.chars().count();
    for at in (0..signs.len()).filter(|at| usable && stands(signs, *at, &given)) {
        marks.claim(Kind::Name, at..at + length);
    }
}

/// Marks names by what stands before or behind them.
pub fn scan(signs: &[Sign], marks: &mut Marks<'_>) {
    for at in 0..signs.len() {
        let Some(surname) = surname(signs, at) else { continue };
        let given = [2, 1, 0].into_iter().find(|given| {
            let end = at + surname + given;
            is_given(signs, at + surname, end) && longest(signs, end, &TITLES).is_some()
        });
        let length = given.or_else(|| introduced(signs, at, surname));
        if let Some(given) = length {
            marks.claim(Kind::Name, at..at + surname + given);
        }
    }
}

/// Characters of the surname that stands here.
fn surname(signs: &[Sign], at: usize) -> Option<usize> {
    let single = signs.get(at).is_some_and(|sign| SURNAMES.contains(sign.plain));
    if ends_with(signs, at + 1, &NO_SURNAMES).is_some() {
        return None;
    }
    longest(signs, at, &DOUBLE_SURNAMES).or_else(|| single.then_some(1))
}

fn is_given(signs: &[Sign], from: usize, end: usize) -> bool {
    let fits = |sign: &Sign| sign.is_han() && !NEVER.contains(sign.plain);
    signs.get(from..end).is_some_and(|given| given.iter().all(fits))
}

/// The length of the given name if one is introduced here: `我叫`, `联系人：`.
fn introduced(signs: &[Sign], at: usize, surname: usize) -> Option<usize> {
    let joins = |sign: &Sign| sign.plain.is_whitespace() || matches!(sign.plain, ':' | ',' | '是' | '叫' | '为');
    let gap = signs
        .get(..at)?
        .iter()
        .rev()
        .take(2)
        .take_while(|sign| joins(sign))
        .count();
    let before = |words: &[&str]| (0..=gap).any(|gap| ends_with(signs, at - gap, words).is_some());
    let (says, may_say) = (before(&SAYS), before(&MAY_SAY));
    let from = at + surname;
    [2, 1].into_iter().find(|given| {
        let end = from + given;
        let ends = signs.get(end).is_none_or(|sign| !sign.is_han());
        is_given(signs, from, end) && (says || (may_say && ends))
    })
}
