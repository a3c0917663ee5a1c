//! Words of danger to life and limb (急事急办). They only make a person look sooner.

/// What has to be looked at at once, wherever it stands in the text.
const DANGER: [&str; 58] = [
    "煤气泄漏",
    "燃气泄漏",
    "天然气泄漏",
    "漏煤气",
    "漏燃气",
    "燃气味",
    "煤气味",
    "漏电",
    "触电",
    "电线掉",
    "电线断",
    "高压线断",
    "起火",
    "着火",
    "失火",
    "火灾",
    "冒烟",
    "爆炸",
    "坍塌",
    "垮塌",
    "倒塌",
    "塌方",
    "塌陷",
    "滑坡",
    "山体开裂",
    "泥石流",
    "山洪",
    "决口",
    "溃坝",
    "被淹",
    "溺水",
    "落水",
    "掉进",
    "高空坠物",
    "外墙脱落",
    "砸伤",
    "砸到人",
    "电梯坠落",
    "电梯困人",
    "困在电梯",
    "被困",
    "窨井盖不见",
    "没有井盖",
    "井盖丢失",
    "中毒",
    "昏迷",
    "晕倒",
    "没气了",
    "断药",
    "自杀",
    "轻生",
    "跳楼",
    "不想活",
    "家暴",
    "持刀",
    "被拐",
    "走失",
    "失踪",
];

/// The words of danger that stand in the text, in its order; empty: it does not sound dangerous.
#[must_use]
pub fn danger_words(text: &str) -> Vec<&'static str> {
    let mut found: Vec<(usize, &str)> = DANGER
        .iter()
        .filter_map(|word| text.find(word).map(|position| (position, *word)))
        .collect();
    found.sort_unstable();
    found.into_iter().map(|(_, word)| word).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn danger_is_named_in_the_order_of_the_text() {
        assert_eq!(
            danger_words("楼下电线掉在地上漏电，小孩差点触电"),
            ["电线掉", "漏电", "触电"]
        );
        assert!(danger_words("路灯坏了半个月，请来修").is_empty());
    }
}
