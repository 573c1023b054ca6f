# Writes the C++ file that holds the templates of notifications (server/notifications/template_files.h).
#   cmake -DFILES=a;b -DFOLDER=... -DOUTPUT=... -P EmbedTemplates.cmake

set(code "// Generated from the files in server/notifications/templates.\n")
string(APPEND code "#include \"server/notifications/template_files.h\"\n\n")
string(APPEND code "namespace ipstore::orders {\nnamespace {\n\nconstexpr BuiltInTemplate kTemplates[] = {\n")
foreach(file IN LISTS FILES)
  file(READ ${FOLDER}/${file} text)
  if(text MATCHES "\\)TEMPLATE\"")
    message(FATAL_ERROR "${file} holds the text that ends a template in the generated code")
  endif()
  string(APPEND code "    {\"${file}\", R\"TEMPLATE(${text})TEMPLATE\"},\n")
endforeach()
string(APPEND code "};\n\n}  // namespace\n\n")
string(APPEND code "absl::Span<const BuiltInTemplate> BuiltInTemplates() { return kTemplates; }\n\n")
string(APPEND code "}  // namespace ipstore::orders\n")
file(WRITE ${OUTPUT} "${code}")
