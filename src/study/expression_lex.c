/* Text of an expression to tokens. */
#include "document/document.h"
#include "study/expression_reading.h"

#include <string.h>

static bool
is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool
is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

/* digits[.digits][e[+-]digits]; what follows an `e` that is no exponent is left for a unit. */
static size_t
number_length(const char *text)
{
    size_t n = 0, power;

    while (is_digit(text[n]))
        n++;
    if (text[n] == '.')
        for (n++; is_digit(text[n]);)
            n++;
    if (text[n] == 'e' || text[n] == 'E') {
        power = n + 1;
        if (text[power] == '+' || text[power] == '-')
            power++;
        if (is_digit(text[power]))
            for (n = power; is_digit(text[n]);)
                n++;
    }
    return n;
}

static size_t
name_length(const char *text)
{
    size_t n = 0;

    while (is_letter(text[n]) || is_digit(text[n]) || (text[n] == '.' && is_letter(text[n + 1])))
        n++;
    return n;
}

/* Bytes of the UTF-8 character at text, at least 1. */
static size_t
character_length(const char *text)
{
    size_t n = 1;

    while (((unsigned char) text[n] & 0xC0) == 0x80)
        n++;
    return n;
}

twp_token_t
twp_token_next(const char *text)
{
    twp_token_t token = { .kind = TWP_TOKEN_SIGN, .length = 1 };

    token.text = text + strspn(text, " \t\r\n");
    text = token.text;
    if (*text == '\0') {
        token.kind = TWP_TOKEN_END;
        token.length = 0;
    } else if (is_digit(*text)) {
        token.length = number_length(text);
        token.kind = twp_number_read(text, token.length, &token.number) ? TWP_TOKEN_NUMBER
                                                                        : TWP_TOKEN_WRONG;
    } else if (is_letter(*text)) {
        token.kind = TWP_TOKEN_NAME;
        token.length = name_length(text);
    } else if (strchr("<>=!", *text) != NULL && text[1] == '=') {
        token.length = 2;
    } else if (strchr("+-*/^()[],%<>", *text) == NULL) {
        token.kind = TWP_TOKEN_WRONG;
        token.length = character_length(text);
    }
    return token;
}

bool
twp_token_is(const twp_token_t *token, const char *text)
{
    return (token->kind == TWP_TOKEN_SIGN || token->kind == TWP_TOKEN_NAME) &&
        strlen(text) == token->length && memcmp(text, token->text, token->length) == 0;
}
