//! The words that every installation has: few, and of the kinds that a public page must not carry unseen. People add
//! theirs in the console.

use super::Category;

const GAMBLING: &[&str] = &[
    "赌博",
    "赌场",
    "赌球",
    "赌钱",
    "网赌",
    "博彩",
    "六合彩",
    "百家乐",
    "老虎机",
    "时时彩",
    "下注",
];
const DRUGS: &[&str] = &[
    "毒品",
    "吸毒",
    "贩毒",
    "制毒",
    "冰毒",
    "海洛因",
    "大麻",
    "摇头丸",
    "K粉",
    "麻古",
];
const SEXUAL: &[&str] = &[
    "色情",
    "卖淫",
    "嫖娼",
    "招嫖",
    "裸聊",
    "约炮",
    "黄色网站",
    "成人视频",
    "援交",
];
const WEAPONS: &[&str] = &["枪支", "弹药", "炸药", "雷管", "仿真枪", "管制刀具", "气枪"];
const FRAUD: &[&str] = &[
    "诈骗",
    "刷单",
    "网贷",
    "套路贷",
    "高利贷",
    "传销",
    "洗钱",
    "跑分",
    "代开发票",
    "办假证",
    "假币",
    "信用卡套现",
    "杀猪盘",
];
const ADVERTISING: &[&str] = &[
    "加微信",
    "加我微信",
    "加薇信",
    "加v信",
    "加威信",
    "加vx",
    "加wx",
    "加qq",
    "扫码领",
    "点击链接",
    "日赚",
    "月入过万",
    "免费领取",
    "招代理",
];
const CULT: &[&str] = &["邪教", "法轮功", "全能神"];
const THREAT: &[&str] = &["杀了你", "弄死你", "砍死", "同归于尽", "炸了你们"];
const ABUSE: &[&str] = &["傻逼", "王八蛋", "混蛋", "畜生", "人渣", "他妈的", "不得好死", "狗东西"];

/// Each with what it is about.
pub fn words() -> impl Iterator<Item = (&'static str, Category)> {
    let kinds = [
        (GAMBLING, Category::Gambling),
        (DRUGS, Category::Drugs),
        (SEXUAL, Category::Sexual),
        (WEAPONS, Category::Weapons),
        (FRAUD, Category::Fraud),
        (ADVERTISING, Category::Advertising),
        (CULT, Category::Cult),
        (THREAT, Category::Threat),
        (ABUSE, Category::Abuse),
    ];
    kinds
        .into_iter()
        .flat_map(|(words, category)| words.iter().map(move |word| (*word, category)))
}
