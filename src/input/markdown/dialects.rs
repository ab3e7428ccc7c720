//! Marks that note-taking programs and site generators add to Markdown, and that are no words of the article.

/// Pairs between which nothing is text: shortcodes and tags of Hugo, Jekyll and Liquid, comments of Obsidian.
const TAGS: [(&str, &str); 3] = [("{{", "}}"), ("{%", "%}"), ("%%", "%%")];

/// Text as a reader sees it: without shortcodes, template tags, comments, callout and block marks; of a wikilink
/// `[[page#part|words]]` its words, else its page; of an embedded file nothing; of a `==highlight==` its words.
pub(super) fn plain(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    'text: while let Some(c) = rest.chars().next() {
        for (open, close) in TAGS {
            if let Some(inner) = rest.strip_prefix(open)
                && let Some((_, after)) = inner.split_once(close)
            {
                rest = after;
                continue 'text;
            }
        }
        let embedded = rest.strip_prefix("![[");
        if let Some((link, after)) = embedded.or_else(|| rest.strip_prefix("[[")).and_then(|link| link.split_once("]]"))
            && !link.contains(['\n', '['])
        {
            let words = link.split_once('|').map_or_else(|| link.split('#').next().unwrap_or(link), |(_, words)| words);
            if embedded.is_none() {
                out.push_str(words);
            }
            rest = after;
            continue;
        }
        if let Some((words, after)) = rest.strip_prefix("==").and_then(|marked| marked.split_once("=="))
            && !words.is_empty()
            && !words.starts_with(['=', ' '])
            && !words.contains('\n')
        {
            out.push_str(words);
            rest = after;
            continue;
        }
        out.push(c);
        rest = &rest[c.len_utf8()..];
    }
    let out = out.trim();
    // `[!note] Title` opens a callout, ` ^a1b2c3` names a block.
    let callout = out.strip_prefix("[!").and_then(|kind| kind.split_once(']'));
    let out =
        callout.filter(|(kind, _)| kind.len() < 20).map_or(out, |(_, after)| after.trim_start_matches(['+', '-', ' ']));
    match out.rsplit_once(" ^") {
        Some((before, name)) if is_name(name) => before.trim_end().to_owned(),
        None if out.strip_prefix('^').is_some_and(is_name) => String::new(),
        _ => out.to_owned(),
    }
}

fn is_name(name: &str) -> bool {
    !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
}

#[cfg(test)]
mod tests {
    use super::plain;

    #[test]
    fn marks_of_other_programs_were_words() {
        for (text, is) in [
            ("见 [[碳市场#价格|市场]] 与 ![[图表.png]]。", "见 市场 与 。"),
            ("see [[Carbon market#Price]] now", "see Carbon market now"),
            ("[!note]- 提示\n配额", "提示\n配额"),
            ("Read it. ^block-1", "Read it."),
            ("^block1", ""),
            ("{{< figure src=\"a.png\" >}} text {{% note %}}kept{{% /note %}}", "text kept"),
            ("{% highlight ruby %}", ""),
            ("a %% hidden %% b ==marked== c", "a  b marked c"),
            ("100%% sure, a == b, x^2 ^ y", "100%% sure, a == b, x^2 ^ y"),
            ("{{ open and [[ open and ==", "{{ open and [[ open and =="),
            ("[[1]] [[2]", "1 [[2]"),
            ("", ""),
        ] {
            assert_eq!(plain(text), is, "{text}");
        }
    }
}
