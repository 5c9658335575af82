#include "toolkit/image/manifest.hpp"

#include <nlohmann/json.hpp>
#include <stdexcept>

#include "toolkit/kernel/text.hpp"

namespace toolkit {

namespace {

using Json = nlohmann::json;

constexpr std::string_view kRefName = "org.opencontainers.image.ref.name";
constexpr std::size_t kMostLayers = 1000;

/// A field of a document and its place there, so that a refusal can name it.
struct Node {
  const Json* value = nullptr;  ///< nullptr: absent, or null, which means the same
  std::string place = {};

  [[nodiscard]] bool present() const { return value != nullptr; }
};

[[noreturn]] void refuse(const std::string& place, std::string_view why) {
  throw std::runtime_error(place + ": " + std::string(why));
}

Node field(const Node& object, const std::string& name) {
  Node node{.value = nullptr, .place = object.place + ": " + name};
  if (!object.present()) return node;
  if (!object.value->is_object()) refuse(object.place, "not an object");
  const auto found = object.value->find(name);
  if (found != object.value->end() && !found->is_null()) node.value = &*found;
  return node;
}

const Node& required(const Node& node) {
  if (!node.present()) refuse(node.place, "missing");
  return node;
}

/// The value of a string field, empty when absent. NUL can end no string of an exec or a path.
std::string text_of(const Node& node) {
  if (!node.present()) return {};
  if (!node.value->is_string()) refuse(node.place, "not a string");
  auto text = node.value->get<std::string>();
  if (text.find('\0') != std::string::npos) refuse(node.place, "a NUL byte in it");
  return text;
}

std::int64_t number_of(const Node& node) {
  if (!required(node).value->is_number_integer()) refuse(node.place, "not an integer");
  if (node.value->is_number_unsigned() && node.value->get<std::uint64_t>() > INT64_MAX) {
    refuse(node.place, "out of range");
  }
  return node.value->get<std::int64_t>();
}

std::vector<Node> items_of(const Node& node) {
  if (!node.present()) return {};
  if (!node.value->is_array()) refuse(node.place, "not a list");
  std::vector<Node> items;
  for (const Json& item : *node.value) {
    items.push_back(
        {.value = &item, .place = node.place + "[" + std::to_string(items.size()) + "]"});
  }
  return items;
}

std::vector<std::string> texts_of(const Node& node) {
  std::vector<std::string> texts;
  for (const Node& item : items_of(node)) texts.push_back(text_of(item));
  return texts;
}

Json parse_document(std::string_view text, const std::string& name) {
  Json document = Json::parse(text, nullptr, /*allow_exceptions=*/false);
  if (document.is_discarded()) refuse(name, "not JSON");
  if (!document.is_object()) refuse(name, "not an object");
  return document;
}

Platform platform_at(const Node& node) {
  return {.os = text_of(field(node, "os")),
          .architecture = text_of(field(node, "architecture")),
          .variant = text_of(field(node, "variant"))};
}

Descriptor descriptor_at(const Node& node) {
  Descriptor descriptor{.media_type = text_of(field(required(node), "mediaType")),
                        .digest = text_of(required(field(node, "digest"))),
                        .size = number_of(field(node, "size"))};
  if (descriptor.size < 0) refuse(node.place, "a negative size");
  const Node platform = field(node, "platform");
  if (platform.present()) descriptor.platform = platform_at(platform);
  descriptor.ref_name = text_of(field(field(node, "annotations"), std::string(kRefName)));
  return descriptor;
}

std::vector<Descriptor> descriptors_at(const Node& node) {
  std::vector<Descriptor> descriptors;
  for (const Node& item : items_of(required(node))) descriptors.push_back(descriptor_at(item));
  return descriptors;
}

void check_version(const Node& document) {
  const std::int64_t version = number_of(field(document, "schemaVersion"));
  if (version == 1) refuse(document.place, "schema 1 is not supported; push the image again");
  if (version != 2) refuse(document.place, "schemaVersion is not 2");
}

void check_type(const Node& document, std::string_view promised) {
  const std::string type = text_of(field(document, "mediaType"));
  if (!type.empty() && !promised.empty() && type != promised) {
    refuse(document.place, "calls itself '" + printable(type) + "' but its descriptor says '" +
                               printable(promised) + "'");
  }
}

void refuse_field(const Node& document, const std::string& name) {
  if (document.value->contains(name)) {
    refuse(document.place, "has '" + name + "', so it could be read in two ways");
  }
}

void check_env(const Node& node, const std::vector<std::string>& env) {
  for (const std::string& variable : env) {
    const std::size_t equals = variable.find('=');
    if (equals == std::string::npos || equals == 0) {
      refuse(node.place, "'" + printable(variable) + "' is not NAME=VALUE");
    }
  }
}

Json descriptor_json(const Descriptor& descriptor) {
  Json json{{"mediaType", descriptor.media_type},
            {"digest", descriptor.digest},
            {"size", descriptor.size}};
  if (descriptor.platform) {
    json["platform"] = {{"os", descriptor.platform->os},
                        {"architecture", descriptor.platform->architecture}};
    if (!descriptor.platform->variant.empty()) {
      json["platform"]["variant"] = descriptor.platform->variant;
    }
  }
  if (!descriptor.ref_name.empty()) json["annotations"] = {{kRefName, descriptor.ref_name}};
  return json;
}

Json descriptors_json(const std::vector<Descriptor>& descriptors) {
  Json json = Json::array();
  for (const Descriptor& descriptor : descriptors) json.push_back(descriptor_json(descriptor));
  return json;
}

}  // namespace

void parse_layout_version(std::string_view text) {
  const Json json = parse_document(text, "oci-layout");
  const Node document{.value = &json, .place = "oci-layout"};
  const std::string version = text_of(required(field(document, "imageLayoutVersion")));
  if (!version.starts_with("1.")) {
    refuse(document.place, "version '" + printable(version) + "' is unknown; known: 1.0.0");
  }
}

std::vector<Descriptor> parse_index(std::string_view text, std::string_view media_type) {
  const Json json = parse_document(text, "index");
  const Node document{.value = &json, .place = "index"};
  check_version(document);
  check_type(document, media_type);
  refuse_field(document, "layers");
  refuse_field(document, "config");
  return descriptors_at(field(document, "manifests"));
}

Manifest parse_manifest(std::string_view text, std::string_view media_type) {
  const Json json = parse_document(text, "manifest");
  const Node document{.value = &json, .place = "manifest"};
  check_version(document);
  check_type(document, media_type);
  refuse_field(document, "manifests");
  Manifest manifest{.config = descriptor_at(field(document, "config")),
                    .layers = descriptors_at(field(document, "layers"))};
  if (manifest.config.media_type != kConfigType &&
      manifest.config.media_type != "application/vnd.docker.container.image.v1+json") {
    refuse(document.place,
           "no container image but '" + printable(manifest.config.media_type) + "'");
  }
  if (manifest.layers.empty()) refuse(document.place, "no layers");
  if (manifest.layers.size() > kMostLayers) refuse(document.place, "more than 1000 layers");
  return manifest;
}

ImageConfig parse_config(std::string_view text) {
  const Json json = parse_document(text, "config");
  const Node document{.value = &json, .place = "config"};
  const Node run = field(document, "config");
  ImageConfig config{.platform = platform_at(document),
                     .env = texts_of(field(run, "Env")),
                     .entrypoint = texts_of(field(run, "Entrypoint")),
                     .cmd = texts_of(field(run, "Cmd")),
                     .user = text_of(field(run, "User")),
                     .working_dir = text_of(field(run, "WorkingDir")),
                     .stop_signal = text_of(field(run, "StopSignal"))};
  check_env(field(run, "Env"), config.env);
  const Node rootfs = required(field(document, "rootfs"));
  if (text_of(field(rootfs, "type")) != "layers") refuse(rootfs.place, "type is not 'layers'");
  for (const std::string& id : texts_of(required(field(rootfs, "diff_ids")))) {
    config.diff_ids.push_back(parse_digest(id));
  }
  return config;
}

std::string layout_version_json() { return Json{{"imageLayoutVersion", "1.0.0"}}.dump(); }

std::string index_json(const std::vector<Descriptor>& manifests) {
  return Json{
      {"schemaVersion", 2}, {"mediaType", kIndexType}, {"manifests", descriptors_json(manifests)}}
      .dump();
}

std::string manifest_json(const Manifest& manifest) {
  return Json{{"schemaVersion", 2},
              {"mediaType", kManifestType},
              {"config", descriptor_json(manifest.config)},
              {"layers", descriptors_json(manifest.layers)}}
      .dump();
}

std::string config_json(const ImageConfig& config) {
  Json run = Json::object();
  if (!config.env.empty()) run["Env"] = config.env;
  if (!config.entrypoint.empty()) run["Entrypoint"] = config.entrypoint;
  if (!config.cmd.empty()) run["Cmd"] = config.cmd;
  if (!config.user.empty()) run["User"] = config.user;
  if (!config.working_dir.empty()) run["WorkingDir"] = config.working_dir;
  if (!config.stop_signal.empty()) run["StopSignal"] = config.stop_signal;
  Json diff_ids = Json::array();
  for (const Digest& id : config.diff_ids) diff_ids.push_back(id.text());
  Json document{{"os", config.platform.os},
                {"architecture", config.platform.architecture},
                {"config", std::move(run)},
                {"rootfs", {{"type", "layers"}, {"diff_ids", std::move(diff_ids)}}}};
  if (!config.platform.variant.empty()) document["variant"] = config.platform.variant;
  return document.dump();
}

}  // namespace toolkit
