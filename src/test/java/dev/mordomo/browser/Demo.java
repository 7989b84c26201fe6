package dev.mordomo.browser;

import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.WaitForSelectorState;
import dev.mordomo.RunningApp;

/** The demo in one tab, as a person uses it. */
final class Demo {
  private final Page page;
  private final String url;

  Demo(Page page, String url) {
    this.page = page;
    this.url = url;
    page.setDefaultTimeout(Browsers.PATIENCE);
  }

  Page page() {
    return page;
  }

  Locator at(String name) {
    return page.locator("[data-testid=" + name + "]");
  }

  Locator at(String name, String attribute, String value) {
    return page.locator("[data-testid=" + name + "][" + attribute + "=\"" + value + "\"]");
  }

  Demo open() {
    page.navigate(url);
    return this;
  }

  Demo signIn() {
    return signIn(RunningApp.EMAIL, RunningApp.PASSWORD);
  }

  Demo signIn(String email, String password) {
    open();
    at("sign-in-email").fill(email);
    at("sign-in-password").fill(password);
    at("sign-in-submit").click();
    at("connection-state", "data-state", "connected").waitFor(attached());
    return this;
  }

  Demo newConversation() {
    at("conversation-new").first().click();
    page.waitForCondition(() -> at("message-assistant").count() == 0);
    return this;
  }

  Demo say(String words) {
    at("composer-input").fill(words);
    at("composer-send").click();
    return this;
  }

  /** Says it, and gives the whole answer's text. */
  String ask(String words) {
    int before = at("message-assistant", "data-state", "completed").count();
    say(words);
    page.waitForCondition(
        () -> at("message-assistant", "data-state", "completed").count() > before,
        new Page.WaitForConditionOptions().setTimeout(Browsers.PATIENCE));
    return lastAnswer();
  }

  String lastAnswer() {
    return at("message-assistant").last().locator("[data-testid=answer-text]").innerText();
  }

  static Locator.WaitForOptions attached() {
    return new Locator.WaitForOptions().setState(WaitForSelectorState.ATTACHED);
  }
}
