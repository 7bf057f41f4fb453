import { createPinia } from 'pinia'
import { createApp } from 'vue'
import App from './App.vue'
import { i18n, savedLocale, setLocale } from './i18n'
import { watchLostPages } from './lostPage'
import { router } from './router'
import './styles/tokens.css'
import './styles/base.css'

watchLostPages(router)

function start(): void {
  createApp(App).use(createPinia()).use(i18n).use(router).mount('#app')
}

setLocale(savedLocale()).catch(() => setLocale('zh-CN')).then(start, start)
