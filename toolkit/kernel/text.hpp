#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace toolkit {

/// Splits at each separator; empty fields are kept, so "a::b" has three.
std::vector<std::string_view> split(std::string_view text, char separator);
/// The lines of a text; a newline at the end starts no further one.
std::vector<std::string_view> lines(std::string_view text);
/// The words between runs of blanks and tabs.
std::vector<std::string_view> words(std::string_view text);
std::string_view trim(std::string_view text);

/// A number of digits alone, to the end, in range; "01", "+1", " 1" and "" are none.
/// Strict because ids come from strangers: CVE-2026-30892 ran "1x" as user 0.
std::optional<std::uint32_t> parse_id(std::string_view text);
std::optional<std::uint64_t> parse_number(std::string_view text);

/// Undoes the octal escapes of mountinfo (`\040` is a blank). See proc(5).
std::string unescape_octal(std::string_view text);
/// Shows bytes that would disturb a terminal as `\xNN`; UTF-8 passes.
std::string printable(std::string_view text);
/// A word as a shell would need it to read the same word back.
std::string shell_quote(std::string_view text);

}  // namespace toolkit
