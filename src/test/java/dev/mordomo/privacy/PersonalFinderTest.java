package dev.mordomo.privacy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What is personal, and as much what is not. */
class PersonalFinderTest {
  private static List<String> found(String text, String region) {
    return PersonalFinder.find(text, region).stream()
        .map(f -> f.kind().wire() + " " + f.text())
        .toList();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "BR | Meu CPF é 529.982.247-25. | cpf 529.982.247-25",
        "BR | cpf:52998224725, obrigado | cpf 52998224725",
        "BR | o titular (529982247-25) assinou | cpf 529982247-25",
        "BR | Empresa 11.222.333/0001-81 Ltda | cnpj 11.222.333/0001-81",
        "BR | CNPJ 11222333000181 | cnpj 11222333000181",
        "BR | o novo CNPJ 12.ABC.345/01DE-35 vale | cnpj 12.ABC.345/01DE-35",
        "BR | Escreva para ana.souza+casa@exemplo.com.br, por favor | email"
            + " ana.souza+casa@exemplo.com.br",
        "BR | <joao@x.org>. | email joao@x.org",
        "BR | Ligue (11) 98765-4321 à tarde | phone (11) 98765-4321",
        "BR | meu whatsapp é 11987654321 | phone 11987654321",
        "BR | telefone 21 2345-6789 | phone 21 2345-6789",
        "BR | fale no +55 11 98765-4321! | phone +55 11 98765-4321",
        "BR | +34 612 345 678 é de Madri | phone +34 612 345 678",
        "ES | Llámame al 612 345 678 mañana | phone 612 345 678",
        "ES | mi móvil: 612345678 | phone 612345678",
        "ES | teléfono 91 123 45 67 | phone 91 123 45 67",
        "US | Call me at (415) 555-2671 tonight | phone (415) 555-2671",
        "US | my phone number is 415-555-2671. | phone 415-555-2671",
        "BR | cartão 4111 1111 1111 1111 venc. 12/30 | card 4111 1111 1111 1111",
        "BR | visa 4111-1111-1111-1111 | card 4111-1111-1111-1111",
        "ES | la tarjeta 5500005555555559 | card 5500005555555559",
        "US | amex 3782 822463 10005 | card 3782 822463 10005",
        // Written in groups, without a form, in small letters.
        "BR | CPF 529 982 247 25, por favor | cpf 529 982 247 25",
        "BR | meu cpf é 529 982 247-25 | cpf 529 982 247-25",
        "BR | CPF: 529-982-247-25 | cpf 529-982-247-25",
        "BR | CNPJ 11 222 333 0001 81 | cnpj 11 222 333 0001 81",
        "BR | CNPJ 12ABC34501DE35 | cnpj 12ABC34501DE35",
        "BR | o cnpj é 12abc34501de35. | cnpj 12abc34501de35",
        "BR | a empresa 12.abc.345/01de-35 vende | cnpj 12.abc.345/01de-35",
        "BR | a empresa 12ABC345/01DE-35 vende | cnpj 12ABC345/01DE-35",
        // Letters of any script in addresses.
        "BR | Escreva para josé.conceição@exemplo.com.br hoje | email"
            + " josé.conceição@exemplo.com.br",
        "BR | <ana@correção.com.br>; | email ana@correção.com.br",
        "ES | muñoz@peñaranda.es | email muñoz@peñaranda.es",
        "US | ana@xn--correo-9ua.xn--p1ai please | email ana@xn--correo-9ua.xn--p1ai",
        "US | 用户@例子.公司 | email 用户@例子.公司",
        "US | write to 'o'brien@example.org' | email o'brien@example.org",
        // In Spanish and in English.
        "ES | Mi CPF brasileño es 529.982.247-25, anótalo | cpf 529.982.247-25",
        "ES | el CPF del titular: 52998224725 | cpf 52998224725",
        "ES | La empresa, CNPJ 11.222.333/0001-81, factura en Brasil | cnpj 11.222.333/0001-81",
        "ES | con el CNPJ 11222333000181 | cnpj 11222333000181",
        "ES | Escríbeme a ana.ruiz@ejemplo.es mañana | email ana.ruiz@ejemplo.es",
        "ES | Paga con la tarjeta 4111 1111 1111 1111, por favor | card 4111 1111 1111 1111",
        "US | My CPF is 529.982.247-25, please note it | cpf 529.982.247-25",
        "US | her Brazilian tax number, 529 982 247 25 | cpf 529 982 247 25",
        "US | The company (CNPJ 11.222.333/0001-81) is ours | cnpj 11.222.333/0001-81",
        "US | CNPJ of the supplier: 12ABC34501DE35 | cnpj 12ABC34501DE35",
        "US | Mail me at ana.smith@example.org! | email ana.smith@example.org",
        "US | Charge my card 5500-0055-5555-5559 today | card 5500-0055-5555-5559"
      })
  void isFound(String region, String text, String expected) {
    assertEquals(List.of(expected), found(text, region));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        // Check digits that do not fit, or that fit and are given to nobody.
        "CPF 529.982.247-26",
        "CPF 111.111.111-11",
        "CNPJ 11.222.333/0001-82",
        "CNPJ 00.000.000/0000-00",
        "cartão 4111 1111 1111 1112",
        "cartão 1234 5678 9012 3456",
        // Orders, protocols, invoices, codes, though their digits pass.
        "pedido 52998224725",
        "Protocolo nº 52998224725",
        "o pedido é 4111111111111111",
        "order #4111111111111111",
        "order number: 4111 1111 1111 1111",
        "nota fiscal 11222333000181",
        "factura 612345678",
        "tracking 415-555-2671",
        "SKU 11987654321",
        "código 11 98765-4321",
        "ISBN 978-85-333-0227-3",
        "EAN 7891000315507",
        "processo 0001234-56.2023.8.26.0100",
        "matrícula 21 2345-6789",
        // Dates and times.
        "em 29/11/2026 às 10:30",
        "2026-11-29T10:30:00Z",
        "de 2026-11-29 a 2026-12-05",
        "20261129103000",
        "31.12.2026 23:59:59",
        "1764412345678 em milissegundos",
        // Versions, addresses of machines, ids.
        "versão 25.0.1.4321",
        "PostgreSQL 15.10, pgvector 0.8.1",
        "192.168.1.100 e 10.0.21.230",
        "192.168.111.111:8080",
        "01a22746-0414-7a91-b836-49c6fd6fc68b",
        "commit 52998224725abc",
        "npm i leftpad@1.2.3",
        "git@github.com:mordomo/mordomo.git",
        "https://exemplo.org/p/52998224725?x=11987654321",
        "@ana e @joao falaram",
        "ana@localhost",
        // Sums and quantities.
        "R$ 1.234.567,89",
        "R$ 52998224725",
        "US$ 4,111,111,111.11",
        "total: 612345678",
        "1.234.567.890 habitantes",
        "3,14159265358979",
        "são 11987654321 bytes",
        "120 x 240 x 3600 mm",
        // Codes of places, short numbers, lists.
        "CEP 01310-100",
        "ligue 190 ou 0800",
        "ramal 4321",
        "1 2 3 4 5 6 7 8 9 10 11 12",
        // What passes as a number in groups goes on, before or after; or is another's.
        "leituras: 12 529 982 247 25",
        "leituras: 529 982 247 25 31",
        "pedido 529 982 247 25",
        "order no. 529-982-247-25",
        // Fourteen letters and digits whose digits pass, of another thing or in letters of both
        // sizes.
        "pedido 12ABC34501DE35",
        "serial 12abc34501de35",
        "commit 12abc34501de35",
        "12aBC34501dE35",
        "https://exemplo.org/12ABC34501DE35",
        "v12ABC34501DE35",
        "10-20 30-40 50-60",
        "artigo 5º, inciso LXXIX da CF/88",
        "Lei 13.709/2018"
      })
  void isNot(String text) {
    for (String region : List.of("BR", "ES", "US")) {
      assertEquals(List.of(), found(text, region), region);
    }
  }

  @Test
  void manyInOneTextInTheirOrder() {
    assertEquals(
        List.of(
            "email ana@x.org",
            "cpf 529.982.247-25",
            "phone (11) 98765-4321",
            "card 4111111111111111"),
        found(
            "Sou ana@x.org, 529.982.247-25, (11) 98765-4321; paguei R$ 1.200,00 com"
                + " 4111111111111111 em 29/11/2026.",
            "BR"));
  }

  @Test
  void longTextsOfDigitsTakeNoLongTime() {
    String digits = "4111111111111111 ".repeat(4_000);
    long from = System.nanoTime();
    assertEquals(4_000, PersonalFinder.find("cartões " + digits, "BR").size());
    found("a.".repeat(16_000) + "@", "BR");
    found("1".repeat(32_000), "BR");
    found("1 ".repeat(16_000), "BR");
    assertTrue(System.nanoTime() - from < 20_000_000_000L);
  }

  @Test
  void checkDigits() {
    assertTrue(CheckDigits.isCpf("52998224725"));
    assertTrue(CheckDigits.isCpf("00000000191"));
    assertFalse(CheckDigits.isCpf("52998224735"));
    assertTrue(CheckDigits.isCnpj("00000000000191"));
    assertTrue(CheckDigits.isCnpj("12ABC34501DE35"));
    assertFalse(CheckDigits.isCnpj("12ABC34501DE36"));
    assertTrue(CheckDigits.isLuhn("79927398713"));
    assertFalse(CheckDigits.isLuhn("79927398710"));
  }
}
